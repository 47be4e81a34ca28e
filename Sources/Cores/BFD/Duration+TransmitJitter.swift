import Timing

extension Duration {
    /// This interval as one gap between two packets: RFC 5880 §6.8.7 shortens it at random by up to a quarter, so that
    /// systems do not fall into step; with a detect multiplier of 1 by a tenth at least, so that the gap stays within the
    /// detection time.
    func withTransmitJitter(detectMultiplier: UInt8, using generator: inout some RandomNumberGenerator) -> Duration {
        let whole = wholeNanoseconds
        let least = whole / 4 * 3
        let most = detectMultiplier == 1 ? whole / 10 * 9 : whole
        return .nanoseconds(least < most ? Int64.random(in: least...most, using: &generator) : whole)
    }
}
