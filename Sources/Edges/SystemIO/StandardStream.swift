import Glibc

/// Where a program's answers and diagnostics go.
package enum StandardStream: CInt, Hashable, Sendable {
    case output = 1
    case errors = 2

    private var name: String { self == .output ? "standard output" : "standard error" }

    /// Makes a write into a pipe without reader an error of that write, not the end of the process.
    package static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// Whether what is written may still be read: `false` once the last reader of a pipe has gone.
    package var isOpen: Bool {
        var state = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&state, 1, 0) <= 0 || state.revents & Int16(POLLERR) == 0
    }

    /// Writes at once, also into a pipe: who watches must not wait for a buffer to fill.
    ///
    /// - Returns: `false` if the reader of the pipe has gone, which is no error: it has what it wanted.
    /// - Throws: what else keeps the text from being written, such as a full disk.
    package func write(_ text: String) throws(SystemError) -> Bool {
        do throws(SystemError) {
            try FileDescriptor.write(Array(text.utf8), toDescriptor: rawValue, name)
            return true
        } catch {
            guard error.code == EPIPE else { throw error }
            return false
        }
    }
}
