/// How good a speaker would be as the owner of one address, as it says itself.
package struct ClaimRank: Hashable, Sendable {
    /// Lower is better; 15 and above are alike.
    package let standing: UInt8
    /// What the operator prefers among nodes of one standing; higher is better.
    package let weight: UInt16

    package init(standing: Int = 0, weight: Int = 0) {
        self.standing = UInt8(clamping: min(standing, ClaimRank.lastStanding))
        self.weight = UInt16(clamping: weight)
    }

    /// The mark has four bits for it.
    private static let lastStanding = 15
}
