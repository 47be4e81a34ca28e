/// A ``SegmentRole`` that names nodes by their indices.
struct IndexedRole: Hashable, Sendable {
    var isOwner: Bool
    /// The node's; `nil` if it is not eligible at all.
    var tier: Eligibility.Tier?
    var over: Int?
    var mayStandIn: Bool

    func named(_ name: (Int) -> String) -> SegmentRole {
        let standing = tier?.standing ?? .max
        let weight = tier?.weight ?? 0
        return isOwner
            ? .owner(standing: standing, weight: weight, over: over.map(name))
            : .standby(standing: standing, weight: weight, mayStandIn: mayStandIn)
    }
}
