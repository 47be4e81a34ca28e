/// A moment in civil time (UTC), as Kubernetes writes it: for a person to read, never to measure by.
///
/// Decisions measure with ``Instant``, which no one can set back.
package struct Timestamp: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    package let microseconds: Int64

    /// Clamped to the years 0000 to 9999, which is what RFC 3339 can write.
    package init(microseconds: Int64) {
        self.microseconds = min(max(microseconds, Timestamp.firstMicrosecond), Timestamp.lastMicrosecond)
    }

    /// Clamped as ``init(microseconds:)`` says.
    package init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        self.init(microseconds: overflow ? (seconds < 0 ? .min : .max) : product)
    }

    private static let firstMicrosecond: Int64 = -62_167_219_200_000_000
    private static let lastMicrosecond: Int64 = 253_402_300_799_999_999

    /// The time from an earlier moment to this one; negative if it is a later one.
    package func duration(since earlier: Timestamp) -> Duration { .microseconds(microseconds - earlier.microseconds) }

    package func advanced(by duration: Duration) -> Timestamp {
        let (sum, overflow) = microseconds.addingReportingOverflow(duration.wholeNanoseconds / 1000)
        return Timestamp(microseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }
}

// MARK: - Text (RFC 3339)

extension Timestamp {
    /// Whole seconds: `2026-01-01T00:00:00Z`.
    package var description: String { text(fraction: "") }

    /// With six decimals, as Kubernetes writes a MicroTime: `2026-01-01T00:00:00.000000Z`.
    package var microsecondDescription: String {
        text(fraction: "." + Timestamp.digits(microseconds.flooredRemainder(1_000_000), 6))
    }

    private func text(fraction: String) -> String {
        let seconds = microseconds.flooredQuotient(1_000_000)
        let date = Timestamp.date(ofDay: seconds.flooredQuotient(86_400))
        let time = seconds.flooredRemainder(86_400)
        let day =
            "\(Timestamp.digits(date.year, 4))-\(Timestamp.digits(date.month, 2))-\(Timestamp.digits(date.day, 2))"
        let hours = Timestamp.digits(time / 3600, 2)
        return "\(day)T\(hours):\(Timestamp.digits(time / 60 % 60, 2)):\(Timestamp.digits(time % 60, 2))\(fraction)Z"
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }

    /// Parses RFC 3339 §5.6: `2026-01-01T00:00:00Z`, with any number of decimals, with an offset in place of `Z`.
    /// `nil` if the text is anything else, such as `2026-02-30T00:00:00Z` or `2026-01-01 00:00:00`.
    ///
    /// Decimals beyond the sixth are cut off. A leap second (`:60`) is the second that follows it.
    package init?(_ text: String) {
        var rest = Substring(text).utf8
        func number(_ digits: Int, _ range: ClosedRange<Int64>) -> Int64? {
            guard rest.count >= digits else { return nil }
            var value: Int64 = 0
            for digit in rest.prefix(digits) {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                value = value * 10 + Int64(digit - UInt8(ascii: "0"))
            }
            rest = rest.dropFirst(digits)
            return range.contains(value) ? value : nil
        }
        func mark(_ allowed: String) -> UInt8? {
            guard let first = rest.first, allowed.utf8.contains(first) else { return nil }
            rest = rest.dropFirst()
            return first
        }
        guard let year = number(4, 0...9999), mark("-") != nil, let month = number(2, 1...12), mark("-") != nil,
            let day = number(2, 1...Timestamp.days(inMonth: month, of: year)), mark("Tt") != nil,
            let hour = number(2, 0...23), mark(":") != nil, let minute = number(2, 0...59), mark(":") != nil,
            let second = number(2, 0...60)
        else { return nil }
        var fraction: Int64 = 0
        if mark(".") != nil {
            guard var unit = number(1, 0...9).map({ (value: $0 * 100_000, scale: Int64(10_000)) }) else { return nil }
            while let digit = number(1, 0...9) {
                unit.value += digit * unit.scale
                unit.scale /= 10
            }
            fraction = unit.value
        }
        guard let zone = mark("Zz+-") else { return nil }
        var offset: Int64 = 0
        if zone == UInt8(ascii: "+") || zone == UInt8(ascii: "-") {
            guard let hours = number(2, 0...23), mark(":") != nil, let minutes = number(2, 0...59) else { return nil }
            offset = (hours * 3600 + minutes * 60) * (zone == UInt8(ascii: "-") ? -1 : 1)
        }
        guard rest.isEmpty else { return nil }
        let seconds =
            Timestamp.dayNumber(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
            - offset
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let timestamp = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "`\(text)` is not a time such as 2026-01-01T00:00:00Z")
        }
        self = timestamp
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

// MARK: - The Gregorian calendar, also before it was made

extension Timestamp {
    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 to a date.
    ///
    /// Years are counted from 1 March, so that a leap day is the last of its year and the months before it have
    /// lengths that a line through them gives: 153 days each five months.
    private static func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let marchMonth = (month + 9) % 12
        let leapDays =
            marchYear.flooredQuotient(4) - marchYear.flooredQuotient(100) + marchYear.flooredQuotient(400)
        return marchYear * 365 + leapDays + (marchMonth * 153 + 2) / 5 + day - 1 - 719_468
    }

    /// The date of a day counted from 1970-01-01: ``dayNumber(year:month:day:)`` turned round.
    private static func date(ofDay number: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // 719,468 days lie between 0000-03-01 and 1970-01-01; 400 years have 146,097.
        let sinceMarch = number + 719_468
        let cycle = sinceMarch.flooredQuotient(146_097)
        let dayOfCycle = sinceMarch.flooredRemainder(146_097)
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100)
        let marchMonth = (dayOfYear * 5 + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0), month, dayOfYear - (marchMonth * 153 + 2) / 5 + 1)
    }
}

extension Int64 {
    /// The quotient rounded towards negative infinity, by a positive divisor.
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The remainder of ``flooredQuotient(_:)``: never negative.
    fileprivate func flooredRemainder(_ divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
