extension Duration {
    /// Why a text is not a duration: a clause.
    package struct GoTextError: Error, Hashable, Sendable {
        package let problem: String
    }

    /// Nanoseconds in each unit that Go knows.
    private static let goUnits: [String: Int64] = [
        "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
        "h": 3_600_000_000_000,
    ]

    /// Reads a duration as Go writes it: `90s`, `1h30m`, `1.5h`, `300ms`, `-2m`; `0` needs no unit.
    package init(goText text: String) throws(GoTextError) {
        let remedy = "write a number and a unit (h, m, s, ms), for example 90s or 1h30m"
        var rest = text[...]
        let isNegative = rest.first == "-"
        if let sign = rest.first, sign == "-" || sign == "+" { rest = rest.dropFirst() }
        guard rest != "0" else {
            self = .zero
            return
        }
        guard !rest.isEmpty else { throw GoTextError(problem: remedy) }
        var total: Int64 = 0
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest[number.endIndex...]
            let unit = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
            rest = rest[unit.endIndex...]
            guard !number.isEmpty, let scale = Duration.goUnits[String(unit)] else {
                guard unit.isEmpty, !number.isEmpty else { throw GoTextError(problem: remedy) }
                let example = number.count == text.count ? "write \(number)s, or " : ""
                throw GoTextError(problem: "the unit is missing: \(example)\(remedy)")
            }
            guard let part = try Duration.nanoseconds(number, scale: scale) else { throw GoTextError(problem: remedy) }
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !overflow else { throw Duration.tooLong }
            total = sum
        }
        self = .nanoseconds(isNegative ? -total : total)
    }

    private static let tooLong = GoTextError(problem: "that is longer than 292 years: write a shorter one")

    /// A decimal number times the scale; `nil` if it is none. What is less than a nanosecond is dropped.
    private static func nanoseconds(_ number: Substring, scale: Int64) throws(GoTextError) -> Int64? {
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.contains(where: { !$0.isEmpty }) else { return nil }
        var whole: Int64 = 0
        if let digits = parts.first, !digits.isEmpty {
            guard let value = Int64(digits) else { throw tooLong }
            whole = value
        }
        let (scaled, overflow) = whole.multipliedReportingOverflow(by: scale)
        guard !overflow else { throw tooLong }
        var fraction: Int64 = 0
        if parts.count == 2 {
            // Eighteen digits are more than an hour has nanoseconds.
            let digits = parts[1].prefix(18)
            let denominator = digits.reduce(UInt128(1)) { power, _ in power * 10 }
            fraction = Int64((UInt128(digits) ?? 0) * UInt128(scale) / denominator)
        }
        let (sum, overflowed) = scaled.addingReportingOverflow(fraction)
        guard !overflowed else { throw tooLong }
        return sum
    }
}
