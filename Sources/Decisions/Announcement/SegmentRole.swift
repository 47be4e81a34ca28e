/// What the local node is to do about one address on one segment.
///
/// Standing and weight are its own, by the rules; of both sides of a dispute that the rules cannot see, the better of them
/// keeps the address.
package enum SegmentRole: Hashable, Sendable {
    /// Own it; also from this node, which holds it and is alive.
    case owner(standing: Int, weight: Int, over: String?)
    /// Another node is to own it. Whether this one may do so if no other node does in the end.
    case standby(standing: Int, weight: Int, mayStandIn: Bool)

    package var isOwner: Bool {
        if case .owner = self { true } else { false }
    }
}
