import CLinux
import Glibc
import SystemIO

/// A descriptor by which one thread wakes another that waits in ``PollSet/wait(for:)``: an eventfd.
package struct WakeUp: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    package init() throws(SystemError) {
        let descriptor = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw SystemError("cannot create an eventfd", code: errno) }
        self.descriptor = FileDescriptor(owning: descriptor)
    }

    package var rawValue: CInt { descriptor.rawValue }

    /// Makes the descriptor readable. Safe on any thread, any number of times.
    package func signal() { eventfd_write(descriptor.rawValue, 1) }

    /// Makes the descriptor unreadable until the next signal.
    package func clear() {
        var count: eventfd_t = 0
        unsafe eventfd_read(descriptor.rawValue, &count)
    }
}
