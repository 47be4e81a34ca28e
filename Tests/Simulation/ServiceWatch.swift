import Addresses
import Timing

/// Watches for how long addresses are not served to a client that can reach a node which could serve them.
struct ServiceWatch {
    /// How the world is, as far as it excuses.
    struct World {
        /// Some do not hear others, or liveness does not pass.
        var isTroubled = false
        var hasLoss = false
    }

    /// A fault that comes so long after the last is one by itself.
    private static let calm = Duration.seconds(6)
    /// How long an owner may be silent because of nothing but what somebody made up.
    static let longestSilence = Duration.milliseconds(100)

    private let setting: Setting
    private let hasAttacks: Bool
    private var touched: Set<IPAddress> = []
    /// Since when each is not served.
    private var unserved: [Int: Instant] = [:]
    private var wanted: [Int: Instant]
    private var cacheCounts: [IPAddress: Instant] = [:]
    private var exempted: [IPAddress: Instant] = [:]
    /// From when on each node can be expected to take part.
    private var ready: [Instant]
    private(set) var lastDisturbance = Instant.zero
    private var isIsolated = false
    private var troubleUntil = Instant.zero
    private var lossUntil = Instant.zero
    private var lastAttack: Instant?
    private(set) var violations: [Violation] = []
    private(set) var longest = Duration.zero
    private var all: [IPAddress] = []
    private var nextCheck = Instant.zero

    init(_ story: Story) {
        setting = story.setting
        hasAttacks = story.hasAttacks
        ready = Array(repeating: .zero, count: setting.allNodes)
        wanted = Dictionary(
            uniqueKeysWithValues: (0..<setting.addresses * setting.clusters).map {
                ($0, Instant.zero.advanced(by: .seconds(4)))
            })
    }

    /// Often enough for the shortest limit; at every frame would be as often as there are frames.
    mutating func isDue(at now: Instant) -> Bool {
        guard now >= nextCheck else { return false }
        nextCheck = now.advanced(by: .milliseconds(10))
        return true
    }

    var hasWork: Bool { !touched.isEmpty || !unserved.isEmpty }

    mutating func touch(_ address: IPAddress) {
        touched.insert(address)
        all.append(contentsOf: all.contains(address) ? [] : [address])
    }

    mutating func takeTouched() -> Set<IPAddress> {
        defer { touched = [] }
        return touched
    }

    mutating func setReady(_ number: Int, from moment: Instant) { ready[number] = moment }

    mutating func setWanted(_ key: Int, _ isWanted: Bool, at moment: Instant) { wanted[key] = isWanted ? moment : nil }

    mutating func exempt(_ address: IPAddress, until moment: Instant) {
        exempted[address] = max(exempted[address] ?? .zero, moment)
    }

    /// What the client has in its cache does not count before.
    mutating func judge(_ address: IPAddress, byCacheFrom moment: Instant) { cacheCounts[address] = moment }

    func judgesByCache(_ address: IPAddress, at now: Instant) -> Bool { cacheCounts[address] ?? .zero <= now }

    /// Only the longest of all limits holds until then.
    mutating func excuse(until moment: Instant) { troubleUntil = max(troubleUntil, moment) }

    mutating func noteAttack(at now: Instant) { lastAttack = now }

    /// Something has gone wrong, or was mended.
    mutating func disturb(at now: Instant) {
        isIsolated = lastDisturbance.duration(to: now) > ServiceWatch.calm
        lastDisturbance = now
        touched.formUnion(all)
    }

    mutating func set(_ key: Int, isServed: Bool, at now: Instant) {
        if isServed || wanted[key] == nil {
            unserved[key] = nil
        } else if unserved[key] == nil {
            unserved[key] = now
        }
    }

    mutating func check(
        at now: Instant, _ world: World, address: (Int) -> IPAddress, eligible: (Int) -> [Int],
        isInConflict: (Int) -> Bool
    ) {
        if world.isTroubled { excuse(until: now.advanced(by: .seconds(8))) }
        if world.hasLoss { lossUntil = now.advanced(by: Setting.announceInterval + .seconds(2)) }
        guard now >= lossUntil else { return }
        for (key, since) in unserved {
            guard let wanted = wanted[key], now >= exempted[address(key)] ?? .zero else { continue }
            let nodes = eligible(key)
            guard let firstReady = nodes.map({ ready[$0] }).min() else { continue }
            let begin = max(since, lastDisturbance, firstReady, wanted)
            guard begin < now else { continue }
            // A forged answer to the probes of the one that takes the address over from a dead owner is a host's answer: a
            // conflict, until it is probed for again. Nothing of that kind has a living owner let go.
            if hasAttacks, since < lastDisturbance.advanced(by: ServiceWatch.longestSilence), isInConflict(key) {
                exempted[address(key)] = now.advanced(by: Setting.conflictRetryLimit)
                continue
            }
            let limit = limit(at: now, since: since)
            let gap = begin.duration(to: now)
            if isIsolated { longest = max(longest, gap) }
            if gap > limit {
                violations.append(
                    Violation(
                        kind: limit == ServiceWatch.longestSilence ? .silenced : .unserved,
                        text: "at \(now) \(address(key)) was not served since \(since), the last disturbance was at "
                            + "\(lastDisturbance), and nodes \(nodes) could have served it"))
            }
        }
    }

    private func limit(at now: Instant, since: Instant) -> Duration {
        let detection = setting.detectionTime
        // Where liveness does not pass, a loss is noticed after 3.5 s by the frames alone.
        if now < troubleUntil { return detection + .seconds(6) }
        // A stranger's death is noticed when it is looked for the next time; so is that of a node whose twin lives, if nothing
        // tells the two clusters apart.
        if setting.hasStrangeSpeakers || setting.twins.sharesIdentity {
            return detection + Setting.conflictRetryLimit + .seconds(2)
        }
        // 2 s with the detection time of production, which is a quarter of one.
        let long = detection + .milliseconds(1750)
        if hasAttacks, let lastAttack, lastAttack.duration(to: since) < .seconds(10) {
            guard setting.keys == .none else { return isIsolated ? detection + .milliseconds(100) : long }
            return lastDisturbance.duration(to: since) > ServiceWatch.calm ? ServiceWatch.longestSilence : long
        }
        // 0.35 s with the detection time of production.
        return isIsolated ? detection + .milliseconds(100) : long
    }
}
