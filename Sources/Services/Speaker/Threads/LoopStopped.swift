/// A loop has ended before its time, and with it what it did: the process ends, so that whoever watches it starts it anew.
package struct LoopStopped: Error, Hashable, CustomStringConvertible {
    package let loop: String

    package var description: String {
        "the loop \(loop) has stopped (the log says why), so this process cannot do its job: start it again"
    }
}
