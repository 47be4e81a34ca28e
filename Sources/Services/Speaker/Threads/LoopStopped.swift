/// A loop has ended before its time, and with it what it did: the process exits, so that its supervisor restarts it.
package struct LoopStopped: Error, Hashable, CustomStringConvertible {
    package let loop: String

    package var description: String {
        "the loop \(loop) has stopped (see the log), so this process cannot work: restart it"
    }
}
