import KubernetesModel
import TestSupport
import Testing
import Timing

@testable import KubernetesAPI

/// A Lease on a server, and candidates whose requests and answers are late or lost, and whose clocks disagree.
private struct Cluster {
    enum Item {
        /// Of a candidate, with a number that its answer bears.
        case request(Int, Int, LeaseElection.Action, begunAt: Instant)
        case answer(Int, Int, LeaseElection.Event)
    }

    var lease: Lease?
    var version = 0
    private var requests = 0
    /// Which request each candidate waits for.
    private var waited: [Int: Int] = [:]
    var candidates: [LeaseElection]
    /// How far each candidate's civil clock is from the truth.
    let skew: [Duration]
    var wire: [(at: Instant, item: Item)] = []
    var generator: SeededGenerator
    var now = Instant.zero
    /// Whether messages are lost, and some of the others slow.
    var isTroubled = true

    init(seed: UInt64, count: Int) {
        var generator = SeededGenerator(seed: seed)
        candidates = (0..<count).map { LeaseElection(identity: "c\($0)", name: LeaseElectionTests.name) }
        skew = (0..<count).map { _ in .seconds(Int.random(in: -90_000...90_000, using: &generator)) }
        self.generator = generator
    }

    private func time(of index: Int) -> Timestamp {
        Timestamp(seconds: 1_800_000_000).advanced(by: Instant.zero.duration(to: now)).advanced(by: skew[index])
    }

    private mutating func tell(_ index: Int, _ event: LeaseElection.Event) {
        for action in candidates[index].handle(event, at: now, time: time(of: index)) {
            requests += 1
            waited[index] = requests
            let isLost = isLost()
            if !isLost { wire.append((now.advanced(by: delay()), .request(index, requests, action, begunAt: now))) }
            // What is not answered in its time has failed, though it may be done later.
            wire.append((now.advanced(by: LeaseElection.requestTimeout), .answer(index, requests, .failed)))
        }
    }

    private mutating func serve(_ action: LeaseElection.Action, begunAt: Instant) -> LeaseElection.Event {
        switch action {
        case .read: return .read(lease)
        case .create(let new):
            guard lease == nil else { return .conflict }
            return store(new, begunAt)
        case .replace(let new):
            guard let lease, lease.metadata.resourceVersion == new.metadata.resourceVersion else { return .conflict }
            return store(new, begunAt)
        }
    }

    private mutating func store(_ new: Lease, _ begunAt: Instant) -> LeaseElection.Event {
        // One number for all objects of a cluster.
        version += Int.random(in: 1...5000, using: &generator)
        var new = new
        new.metadata.resourceVersion = String(version)
        lease = new
        return .written(new, begunAt: begunAt)
    }

    mutating func resign(_ index: Int) {
        guard let given = candidates[index].resign(time: time(of: index)) else { return }
        _ = serve(.replace(given), begunAt: now)
    }

    private mutating func delay() -> Duration {
        let isSlow = isTroubled && Int.random(in: 0..<10, using: &generator) == 0
        return .milliseconds(Int.random(in: 1...(isSlow ? 12_000 : 300), using: &generator))
    }

    private mutating func isLost() -> Bool { isTroubled && Int.random(in: 0..<5, using: &generator) == 0 }

    /// 50 ms pass.
    mutating func advance(without absent: Int? = nil) {
        now = now.advanced(by: .milliseconds(50))
        let due = wire.filter { $0.at <= now }.sorted { $0.at < $1.at }
        wire.removeAll { $0.at <= now }
        for entry in due {
            switch entry.item {
            case .request(let index, let number, let action, let begunAt):
                let answer = serve(action, begunAt: begunAt)
                if !isLost() { wire.append((now.advanced(by: delay()), .answer(index, number, answer))) }
            case .answer(let index, let number, let event):
                guard waited[index] == number, index != absent else { continue }
                waited[index] = nil
                tell(index, event)
            }
        }
        for index in candidates.indices where index != absent {
            if let deadline = candidates[index].nextDeadline, deadline <= now { tell(index, .deadlineReached) }
        }
    }

    /// The lease as it was at another time, with its version: etcd was restored from a backup.
    mutating func setBack(to former: (lease: Lease?, version: Int)) { (lease, version) = former }

    func waits(_ index: Int) -> Bool { waited[index] != nil }

    var leaders: [Int] { candidates.indices.filter { candidates[$0].role == .leading } }
}

@Suite("Candidates whose messages are late and lost, and whose clocks disagree by a day")
struct LeaseElectionConversationTests {
    @Test("never two leaders at once; somebody leads when the losses end") func safety() {
        let first = UInt64.random(in: 0..<1_000_000)
        print("seeds \(first)..<\(first + 150)")
        for seed in first..<first + 150 {
            var cluster = Cluster(seed: seed, count: 3)
            var led = 0
            for _ in 0..<4000 {
                cluster.advance()
                let leaders = cluster.leaders
                #expect(leaders.count <= 1, "seed \(seed): \(leaders) at \(cluster.now)")
                guard leaders.count <= 1 else { return }
                led += leaders.count
            }
            #expect(led > 400, "seed \(seed): led for \(led) of 4000 steps")
            cluster.isTroubled = false
            for _ in 0..<1200 { cluster.advance() }
            for _ in 0..<600 {
                cluster.advance()
                let leaders = cluster.leaders
                #expect(leaders.count == 1, "seed \(seed): \(leaders) at \(cluster.now)")
                guard leaders.count == 1 else { return }
            }
        }
    }

    @Test("a leader that resigns → another leads soon; one that dies → after the lease has run out") func handover() {
        for seed in UInt64(1)...40 {
            for resigns in [true, false] {
                var cluster = Cluster(seed: seed, count: 2)
                cluster.isTroubled = false
                while cluster.leaders.isEmpty { cluster.advance() }
                guard let leader = cluster.leaders.first else { return }
                for _ in 0..<100 { cluster.advance() }
                while cluster.waits(leader) { cluster.advance() }
                if resigns { cluster.resign(leader) }
                let start = cluster.now
                while cluster.candidates[1 - leader].role != .leading, start.duration(to: cluster.now) < .seconds(90) {
                    cluster.advance(without: leader)
                }
                let waited = start.duration(to: cluster.now)
                // Two seconds between two looks, and a few messages of 0.3 s at most; nothing is lost here.
                #expect(waited < .seconds(resigns ? 4 : 20), "seed \(seed): \(waited)")
                #expect(resigns || waited > .seconds(12), "seed \(seed): \(waited)")
            }
        }
    }

    @Test("a lease that is set back, to another leader or to none → never two leaders at once, and one soon")
    func setBack() {
        let first = UInt64.random(in: 0..<1_000_000)
        print("seeds \(first)..<\(first + 60)")
        for seed in first..<first + 60 {
            var cluster = Cluster(seed: seed, count: 3)
            cluster.isTroubled = false
            var backups: [(lease: Lease?, version: Int)] = [(nil, 1)]
            for round in 0..<6 {
                for step in 0..<600 {
                    cluster.advance()
                    let leaders = cluster.leaders
                    #expect(leaders.count <= 1, "seed \(seed), round \(round): \(leaders) at \(cluster.now)")
                    guard leaders.count <= 1 else { return }
                    if step == 300 { backups.append((cluster.lease, cluster.version)) }
                    // The leader changes, so that backups name different ones.
                    if step == 400, let leader = leaders.first, !cluster.waits(leader) { cluster.resign(leader) }
                }
                cluster.setBack(to: backups[Int.random(in: 0..<backups.count, using: &cluster.generator)])
                var waited = 0
                while cluster.leaders.isEmpty || waited < 20, waited < 900 {
                    cluster.advance()
                    waited += 1
                    #expect(cluster.leaders.count <= 1, "seed \(seed), round \(round): \(cluster.leaders)")
                    guard cluster.leaders.count <= 1 else { return }
                }
                #expect(waited < 900, "seed \(seed): nobody leads 45 s later")
            }
        }
    }
}
