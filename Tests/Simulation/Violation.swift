/// Something that must not be so.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable {
        /// Two nodes that hear each other have one address for too long.
        case twoOwners
        /// A client that can reach a node which could serve it is not served for too long.
        case unserved
        /// Nothing but forged frames has silenced an owner for too long.
        case silenced
        /// After quiet has returned, an address has no owner, or two.
        case end
        /// A node sends more than it should.
        case flood
        /// A node keeps more than it should.
        case growth
        /// A node logs more than it should.
        case noise
    }

    package var kind: Kind
    package var text: String

    package var description: String { "\(kind): \(text)" }
}
