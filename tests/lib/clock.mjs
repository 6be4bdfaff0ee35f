// clock.mjs - time that passes when a test says so, for one server.
import fs from 'node:fs'
import path from 'node:path'
import { compile } from './compile.mjs'
import { folder } from './folder.mjs'

export class Clock {
    constructor() {
        this.file = path.join(folder('clock'), 'shift')
        this.seconds = 0
        this.stepped = 0
        fs.writeFileSync(this.file, Buffer.alloc(16))
    }
    /** What the server's environment needs. */
    get env() {
        return {
            LD_PRELOAD: compile('clockshift', { shared: true }),
            HUTONG_CLOCK_SHIFT: this.file,
            ASAN_OPTIONS: 'exitcode=99:detect_leaks=1:verify_asan_link_order=0',
        }
    }
    /** Time goes by. */
    pass(seconds) {
        this.seconds += seconds
        this.#write()
    }
    /** The wall clock is set, and no time goes by. */
    step(seconds) {
        this.stepped += seconds
        this.#write()
    }
    #write() {
        const bytes = Buffer.alloc(16)
        bytes.writeBigInt64LE(BigInt(this.seconds))
        bytes.writeBigInt64LE(BigInt(this.stepped), 8)
        const file = fs.openSync(this.file, 'r+')
        fs.writeSync(file, bytes, 0, 16, 0) // in place: the page is mapped
        fs.closeSync(file)
    }
}
