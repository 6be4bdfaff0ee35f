// clock.mjs - time that passes when a test says so, for one server.
import fs from 'node:fs'
import path from 'node:path'
import { compile } from './compile.mjs'
import { folder } from './folder.mjs'

export class Clock {
    constructor() {
        this.file = path.join(folder('clock'), 'shift')
        this.seconds = 0
        fs.writeFileSync(this.file, Buffer.alloc(8))
    }
    /** What the server's environment needs. */
    get env() {
        return {
            LD_PRELOAD: compile('clockshift', { shared: true }),
            HUTONG_CLOCK_SHIFT: this.file,
            ASAN_OPTIONS: 'exitcode=99:detect_leaks=1:verify_asan_link_order=0',
        }
    }
    pass(seconds) {
        this.seconds += seconds
        const bytes = Buffer.alloc(8)
        bytes.writeBigInt64LE(BigInt(this.seconds))
        const file = fs.openSync(this.file, 'r+')
        fs.writeSync(file, bytes, 0, 8, 0) // in place: the page is mapped
        fs.closeSync(file)
    }
}
