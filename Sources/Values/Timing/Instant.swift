/// A moment on a clock that only goes forward. Where zero lies is the clock's affair.
@usableFromInline package struct Instant: InstantProtocol, Hashable, Sendable, CustomStringConvertible {
    /// Nanoseconds since the clock's zero.
    @usableFromInline package let nanoseconds: Int64

    @inlinable package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    @usableFromInline package static let zero = Instant(nanoseconds: 0)

    /// The moment that much later; clamped to what can be represented (292 years).
    @usableFromInline package func advanced(by duration: Duration) -> Instant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        guard overflow else { return Instant(nanoseconds: sum) }
        return Instant(nanoseconds: duration < .zero ? .min : .max)
    }

    @usableFromInline package func duration(to other: Instant) -> Duration {
        let (difference, overflow) = other.nanoseconds.subtractingReportingOverflow(nanoseconds)
        return .nanoseconds(overflow ? (other < self ? .min : .max) : difference)
    }

    /// The earlier of those that there are.
    package static func earliest(_ a: Instant?, _ b: Instant?) -> Instant? {
        guard let a, let b else { return a ?? b }
        return min(a, b)
    }

    @inlinable package static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

    /// Seconds with three decimals.
    @usableFromInline package var description: String {
        let milliseconds = (nanoseconds / 1_000_000) % 1000
        let text = String(milliseconds.magnitude)
        return "\(nanoseconds / 1_000_000_000)." + String(repeating: "0", count: 3 - text.count) + text
    }
}
