import CLinux
import Glibc
import SystemIO

/// The descriptors that a thread waits on, all for being readable: poll(2).
package struct PollSet: Sendable {
    private var entries: [pollfd] = []
    private var replacement: [pollfd]?

    package init(_ descriptors: [CInt] = []) { replace(with: descriptors) }

    /// Sets what to wait on next. Until then ``isReady(_:)`` is about what was waited on last: while its descriptors are
    /// gone through, what comes of one may open and close others.
    package mutating func replace(with descriptors: [CInt]) {
        replacement = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    }

    /// Waits until a descriptor is readable or broken, at most `limit`; `nil` waits as long as it takes. May also return
    /// without reason.
    package mutating func wait(for limit: Duration? = nil) throws(SystemError) {
        if let replacement {
            entries = replacement
            self.replacement = nil
        }
        let milliseconds =
            if let limit {
                CInt(clamping: (limit.components.seconds * 1000) + limit.components.attoseconds / 1_000_000_000_000_000)
            } else { CInt(-1) }
        guard unsafe poll(&entries, nfds_t(entries.count), milliseconds) < 0 else { return }
        for index in entries.indices { entries[index].revents = 0 }
        guard errno == EINTR else { throw SystemError("cannot wait for descriptors", code: errno) }
    }

    /// Whether the descriptor at `index` of the list was readable, or broken, when ``wait(for:)`` returned.
    package func isReady(_ index: Int) -> Bool { entries[index].revents != 0 }
}
