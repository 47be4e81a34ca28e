extension Duration {
    /// A random duration of the range, to the nanosecond.
    package static func random(
        in range: ClosedRange<Duration>, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        .nanoseconds(
            Int64.random(in: range.lowerBound.wholeNanoseconds...range.upperBound.wholeNanoseconds, using: &generator))
    }
}
