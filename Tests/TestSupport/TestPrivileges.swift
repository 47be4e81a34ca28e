import CLinux
import Glibc

/// What a test may do to the thread that it runs on.
package enum TestPrivileges {
    /// Takes all capabilities from the calling thread, and from it alone: what a process without root would see.
    package static func drop() throws(TestFailure) {
        let problem = clinux_drop_thread_capabilities()
        guard problem == 0 else { throw TestFailure("cannot drop capabilities: errno \(problem)") }
    }
}
