/// What is wanted of this node with regard to one address on one segment.
package enum ClaimRole: Hashable, Sendable {
    /// It is to have the address; also from this speaker, which has it and is alive.
    case owner(ClaimRank, over: UInt32?)
    /// Another node is to have it. If no node has it in the end, this one may.
    case standby(ClaimRank, mayStandIn: Bool)

    package var rank: ClaimRank {
        switch self {
        case .owner(let rank, _), .standby(let rank, _): rank
        }
    }

    package var isOwner: Bool {
        if case .owner = self { true } else { false }
    }

    /// Whether this node may claim the address at all.
    var mayHold: Bool {
        switch self {
        case .owner: true
        case .standby(_, let mayStandIn): mayStandIn
        }
    }
}
