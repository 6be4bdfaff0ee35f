// town.mjs - the invented people and matters of the demonstration city, drawn
// from a seed. Surnames are 甲 to 己 and numbers 000000000NN: nobody is meant.

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
export function dice(seed) {
    let state = seed >>> 0
    const roll = () => {
        state = (state + 0x6d2b79f5) >>> 0
        let t = state
        t = Math.imul(t ^ (t >>> 15), t | 1)
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296
    }
    roll.upTo = (n) => Math.floor(roll() * n)
    roll.between = (low, high) => low + roll() * (high - low)
    roll.chance = (share) => roll() < share
    roll.of = (list) => list[roll.upTo(list.length)]
    /** Minutes until the next one, where so many come in an hour. */
    roll.wait = (perHour) => (-Math.log(1 - roll()) * 60) / perHour
    return roll
}

const SURNAMES = ['甲', '乙', '丙', '丁', '戊', '己']
const CHILDREN = ['小雨', '小禾', '小川', '小石', '小满', '小宁', '小北', '小晴']
const GROWN = ['大勇', '大梅', '长林', '秀兰', '建国', '玉芳']
const SCHOOLS = ['测试一小', '测试二小', '测试三中', '测试幼儿园']
const CALLERS = ['parent', 'relative', 'neighbour', 'teacher', 'village', 'passer_by']

// what is said | what it is | how it ends
export const MATTERS = [
    { text: '孩子跟着爷爷奶奶生活,父母常年在外,想问能不能申请生活补贴。', category: 'B01', urgency: 'general', risk: 'blue', end: 'solved' },
    { text: '家里孩子住院,医疗费实在凑不齐,希望能帮忙联系救助。', category: 'B02', urgency: 'general', risk: 'blue', end: 'solved' },
    { text: '孩子听力不好,想办康复训练,不知道去哪里申请。', category: 'B03', urgency: 'general', risk: 'blue', end: 'policy_explained' },
    { text: '邻居家的孩子有一个月没去上学了,整天一个人在家。', category: 'B04', urgency: 'general', risk: 'yellow', end: 'solved' },
    { text: '房子漏风没有取暖,两个孩子冻得睡不着。', category: 'B05', urgency: 'general', risk: 'yellow', end: 'solved' },
    { text: '孩子一直没有上户口,上学报不了名。', category: 'B06', urgency: 'general', risk: 'blue', end: 'under_way' },
    { text: '母亲突然住院,家里两个小的没人照看。', category: 'B07', urgency: 'urgent', risk: 'orange', end: 'solved' },
    { text: '楼上经常传来打骂孩子的声音,孩子身上有青紫。', category: 'C08', urgency: 'urgent', risk: 'orange', end: 'solved' },
    { text: '有个孩子在车站附近要钱,好几天了,晚上睡在候车室。', category: 'C10', urgency: 'urgent', risk: 'orange', end: 'solved' },
    { text: '监护人长期酗酒不管孩子,孩子靠邻居给饭吃。', category: 'C12', urgency: 'urgent', risk: 'orange', end: 'partly' },
    { text: '班里几个同学总是围着一个孩子要钱,还拍视频。', category: 'C15', urgency: 'urgent', risk: 'orange', end: 'solved' },
    { text: '学校附近的小店招了看着不到十六岁的孩子干活。', category: 'C22', urgency: 'general', risk: 'yellow', end: 'other_channel' },
    { text: '孩子最近不爱说话,家长想学学怎么跟孩子沟通。', category: 'D02', urgency: 'general', risk: 'blue', end: 'solved' },
    { text: '想咨询未成年人法律援助怎么申请。', category: 'D03', urgency: 'general', risk: 'blue', end: 'policy_explained' },
    { text: '补贴审批下来半年了,钱一直没到账。', category: 'P01', urgency: 'general', risk: 'blue', end: 'solved' },
]
export const DANGERS = ['孩子说爸爸正在打妈妈和他,门锁着出不去。', '一个七八岁的孩子在天台边上坐着,叫不下来。', '婴儿被放在医院门口,没有大人。']
export const QUESTIONS = [
    { text: '想问孤儿基本生活费的标准是多少。', category: 'A01', answer: '告知现行标准和申请材料,来电人表示清楚。' },
    { text: '收养登记要准备哪些材料?', category: 'A03', answer: '告知办理地点、时间和材料清单。' },
    { text: '之前报的事情办到哪一步了?', category: 'A09', answer: '查询后告知正在办理,会按时回访。' },
]
export const OUTSIDE = { text: '邻居装修太吵,希望你们去管一管。', reason: 'no_child', told: '已说明本热线受理范围,请拨打相应部门电话。' }

const given = (roll, list) => roll.of(SURNAMES) + roll.of(list)
export const number = (roll) => `000000000${String(roll.upTo(100)).padStart(2, '0')}`

export const child = (roll) => ({
    name: given(roll, CHILDREN),
    sex: roll.chance(0.5) ? 'female' : 'male',
    age_years: 1 + roll.upTo(16),
    ...(roll.chance(0.6) ? { school: roll.of(SCHOOLS) } : {}),
})
export const reporter = (roll, phone) => ({
    name: given(roll, GROWN),
    caller_is: roll.of(CALLERS),
    phone,
    callback_phone: phone,
    wants_reply: 'yes',
})
export const NOTES = ['与来电人再次核对了住址。', '联系学校老师,了解到校情况。', '家访时家中无人,约定明日再去。', '材料已收齐,转经办人。']

/** How many calls an hour brings, by the hour of the day. */
export const perHour = (hour) => (hour < 7 ? 1.5 : hour < 9 ? 6 : hour < 12 ? 12 : hour < 14 ? 7 : hour < 18 ? 11 : hour < 22 ? 6 : 2.5)
