/// What a series says at one moment.
enum MetricValue: Hashable, Sendable {
    case number(Double)
    /// Observations up to and including each bound, not cumulated, those beyond the last bound, and their sum.
    case histogram(counts: [UInt64], sum: Double)
}

extension Double {
    /// As Prometheus reads numbers: whole ones without a fraction, all others with as many digits as tell them apart.
    var expositionText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        if magnitude < 9_007_199_254_740_992, rounded() == self { return String(Int64(self)) }
        return description
    }
}
