import CLinux
import Glibc
import SystemIO
import Timing

/// A descriptor that becomes readable at a moment of ``UptimeClock``: a timerfd with absolute deadlines.
package struct DeadlineTimer: ~Copyable {
    private let descriptor: FileDescriptor
    private var armed: Instant?

    package init() throws(SystemError) {
        let descriptor = timerfd_create(CLOCK_MONOTONIC, CInt(TFD_CLOEXEC | TFD_NONBLOCK))
        guard descriptor >= 0 else { throw SystemError("cannot create a timer", code: errno) }
        self.descriptor = FileDescriptor(owning: descriptor)
    }

    package var rawValue: CInt { descriptor.rawValue }

    /// Sets the moment; `nil` stops the timer. A moment that has passed makes the descriptor readable at once. Setting
    /// the moment that is set costs nothing.
    package mutating func arm(at deadline: Instant?) {
        guard deadline != armed else { return }
        armed = deadline
        var value = itimerspec()
        if let deadline {
            // Zero would stop the timer.
            let nanoseconds = max(deadline.nanoseconds, 1)
            value.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
            value.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
        }
        unsafe timerfd_settime(descriptor.rawValue, CInt(TFD_TIMER_ABSTIME), &value, nil)
    }

    /// Makes the descriptor unreadable after the timer went off.
    package mutating func clear() {
        var expirations: UInt64 = 0
        if unsafe read(descriptor.rawValue, &expirations, 8) == 8 { armed = nil }
    }
}
