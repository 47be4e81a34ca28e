extension Duration {
    /// This duration, less a random part of up to `jitter` of it.
    package func jittered(by jitter: Double, using generator: inout some RandomNumberGenerator) -> Duration {
        let whole = wholeNanoseconds
        let most = Int64(Double(whole) * jitter)
        return .nanoseconds(most > 0 ? whole - Int64.random(in: 0...most, using: &generator) : whole)
    }
}
