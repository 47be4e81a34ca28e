import TestSupport

/// What kind of stories seeds are made into.
package enum Campaign: String, CaseIterable, Hashable, Sendable {
    /// Machines, links and switches fail, and people change the cluster.
    case plain
    /// Besides, somebody on the segment forges frames, records and repeats them, or a switch has a loop.
    case adversary
    /// Two clusters with equal names share the segment.
    case twins
    /// What is sent is signed; with an adversary, too.
    case keys
    /// Hosts that are not speakers have addresses of ours, or ask for them.
    case strangers

    /// How many of a hundred seeds are its.
    package var share: UInt64 {
        switch self {
        case .plain: 30
        case .adversary: 30
        case .twins: 10
        case .keys: 20
        case .strangers: 10
        }
    }

    /// - Parameter setting: `nil`: of a size that is small, by seed.
    package func story(seed: UInt64, setting: Setting? = nil) -> Story {
        let own = UInt64(Campaign.allCases.firstIndex(of: self) ?? 0)
        var teller = StoryTeller(
            setting: setting ?? self.setting(seed: seed),
            generator: SeededGenerator(seed: seed &* 0x1_0000_01B3 ^ own))
        let steps = teller.steps(of: self)
        return Story(teller.setting, seed: seed, steps)
    }

    private func setting(seed: UInt64) -> Setting {
        let size = Int(truncatingIfNeeded: seed)
        let isDualStack = size % 5 == 0
        return switch self {
        case .plain: Setting(nodes: 2 + size % 4, addresses: 1 + size / 4 % 5, isDualStack: isDualStack)
        case .adversary: Setting(nodes: 2 + size % 3, addresses: 1 + size / 3 % 3, isDualStack: isDualStack)
        case .twins:
            Setting(
                nodes: 2 + size % 2, addresses: 1 + size / 2 % 3, isDualStack: isDualStack,
                twins: [.apart, .overlapping, .apartUnderOneIdentity, .overlappingUnderOneIdentity][size / 6 % 4])
        case .keys:
            Setting(
                nodes: 2 + size % 3, addresses: 1 + size / 3 % 3, isDualStack: isDualStack,
                keys: size % 8 == 7 ? .odd : .shared)
        case .strangers: Setting(nodes: 2 + size % 3, addresses: 1 + size / 3 % 3, isDualStack: isDualStack)
        }
    }
}

extension Campaign {
    /// Whether a holder may let go of an address to one that hosts, or liveness, have not heard of yet: upon a reminder that
    /// it alone has heard, or of a node that is lost again before liveness has heard it.
    static let excusesYielding = true
}
