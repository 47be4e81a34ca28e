/// What an error in an UPDATE leads to, mildest first: RFC 7606 §2. Of several, the strongest counts.
///
/// "AFI/SAFI disable" is left out: RFC 7606 §2 lets a session be reset instead.
package enum ErrorHandling: String, Hashable, Sendable, Comparable, CaseIterable {
    /// The attribute is as if it had not been there.
    case attributeDiscard
    /// The routes of the UPDATE are as if they had been withdrawn.
    case treatAsWithdraw
    /// The session ends with a NOTIFICATION.
    case sessionReset

    private var strength: Int {
        switch self {
        case .attributeDiscard: 0
        case .treatAsWithdraw: 1
        case .sessionReset: 2
        }
    }

    package static func < (a: ErrorHandling, b: ErrorHandling) -> Bool { a.strength < b.strength }
}
