import Addresses
import LinkLayer
import Timing

/// Watches for addresses with two owners that hear each other, for longer than it may take to settle that.
struct DoubleWatch {
    private struct Pair: Hashable {
        var address: IPAddress
        var a: Int
        var b: Int
        var bond: Bond
    }

    /// What lies between two nodes.
    enum Bond: Hashable {
        /// They do not hear each other.
        case none
        /// They do, and had not noticed that they did not for a moment.
        case unbroken
        /// They do, after one had lost the other.
        case reunited
    }

    /// Where nothing was lost on the way, and two owners hear each other.
    static let settlingTime = Duration.milliseconds(100)

    private let afterLoss: Duration
    private let settled: Duration
    private var held: [Set<IPAddress>]
    private var holders: [IPAddress: Set<Int>] = [:]
    private var doubles: Set<IPAddress> = []
    /// Since when both have heard each other and held the address.
    private var since: [Pair: Instant] = [:]
    private var lastLoss: Instant?
    private(set) var longest = Duration.zero
    private(set) var violations: [Violation] = []

    init(_ setting: Setting) {
        // Owners that became two because of what was lost notice when one of them announces again.
        afterLoss = Setting.announceInterval + .seconds(2)
        // Each hears the frames of two in the name of one, and whom it asks is now the one, now the other.
        settled = setting.twins.sharesIdentity ? .seconds(1) : DoubleWatch.settlingTime
        held = Array(repeating: [], count: setting.allNodes)
    }

    var hasDoubles: Bool { !doubles.isEmpty || !since.isEmpty }

    /// Takes what a node holds now. Returns the addresses that are different.
    mutating func update(_ number: Int, _ now: Set<IPAddress>) -> [IPAddress] {
        guard now != held[number] else { return [] }
        let changed = now.symmetricDifference(held[number]).sorted()
        held[number] = now
        for address in changed {
            if now.contains(address) {
                holders[address, default: []].insert(number)
            } else {
                holders[address]?.remove(number)
            }
            if holders[address]?.count ?? 0 > 1 { doubles.insert(address) } else { doubles.remove(address) }
        }
        return changed
    }

    /// Something went wrong or was fixed: what was lost on the way meanwhile counts as loss.
    mutating func disturb(at now: Instant) { since = [:] }

    mutating func check(
        at now: Instant, bond: (Int, Int) -> Bond, hasLoss: Bool
    ) {
        if hasLoss { lastLoss = now }
        let hadLoss = lastLoss.map { $0.duration(to: now) < afterLoss + .seconds(5) } ?? false
        var current: [Pair: Instant] = [:]
        for address in doubles {
            let all = (holders[address] ?? []).sorted()
            for (place, a) in all.enumerated() {
                for b in all[(place + 1)...] {
                    let bond = bond(a, b)
                    if bond == .none { continue }
                    let limit = hadLoss || bond == .unbroken ? afterLoss : settled
                    let pair = Pair(address: address, a: a, b: b, bond: bond)
                    let start = since[pair] ?? now
                    current[pair] = start
                    longest = max(longest, start.duration(to: now))
                    if start.duration(to: now) > limit {
                        violations.append(
                            Violation(
                                kind: .twoOwners,
                                text: "at \(now) nodes \(a) and \(b) have held \(address) since \(start)"))
                    }
                }
            }
        }
        since = current
    }
}
