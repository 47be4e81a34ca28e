import Glibc
import Timing

/// The clock of the kernel's timers: `CLOCK_MONOTONIC`. Zero is when the host started; it does not advance in suspend.
package struct UptimeClock: Clock {
    package init() {}

    package var now: Instant { UptimeClock.now }

    /// The present moment. One call into the vDSO, about 20 ns.
    package static var now: Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let duration = now.duration(to: deadline)
        try await Task.sleep(for: max(duration, Duration.zero), tolerance: tolerance, clock: .continuous)
    }
}
