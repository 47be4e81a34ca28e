/// How many addresses: from none to all 2^128 of IPv6, exactly.
///
/// 2^128 is one more than 128 bits hold; so the count is kept less one, and none is none.
package struct AddressCount: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The count less one; `nil` for none.
    package let lessOne: UInt128?

    private init(lessOne: UInt128?) { self.lessOne = lessOne }

    package static let zero = AddressCount(lessOne: nil)

    package init(_ count: UInt128) { lessOne = count == 0 ? nil : count - 1 }

    /// As many as from 0 to `last`.
    package init(upTo last: UInt128) { lessOne = last }

    package var isZero: Bool { lessOne == nil }

    /// This count without `part`; none, if that is more.
    package func subtracting(_ part: UInt128) -> AddressCount {
        guard part > 0, let lessOne else { return self }
        return lessOne < part ? .zero : AddressCount(lessOne: lessOne - part)
    }

    /// The sum, which never exceeds 2^128: no more addresses exist.
    package func adding(_ other: AddressCount) -> AddressCount {
        guard let lessOne else { return other }
        guard let otherLessOne = other.lessOne else { return self }
        let (sum, overflow) = lessOne.addingReportingOverflow(otherLessOne)
        let (whole, overflow2) = sum.addingReportingOverflow(1)
        return AddressCount(lessOne: overflow || overflow2 ? .max : whole)
    }

    /// The count as a number, or `nil` for 2^128, which does not fit.
    package var value: UInt128? {
        guard let lessOne else { return 0 }
        let (value, overflow) = lessOne.addingReportingOverflow(1)
        return overflow ? nil : value
    }

    /// The count as a number that metrics can carry: exact up to 2^53, then rounded.
    package var approximate: Double { lessOne.map { Double($0) + 1 } ?? 0 }

    /// Decimal, exactly.
    package var description: String { value?.description ?? "340282366920938463463374607431768211456" }

    package static func < (a: AddressCount, b: AddressCount) -> Bool {
        switch (a.lessOne, b.lessOne) {
        case (_, nil): false
        case (nil, _): true
        case (let a?, let b?): a < b
        }
    }
}
