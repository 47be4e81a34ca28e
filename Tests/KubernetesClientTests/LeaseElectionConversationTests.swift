import KubernetesModel
import TestSupport
import Testing
import Timing

@testable import KubernetesClient

/// A Lease on a server, and candidates whose requests and answers are late or lost, and whose clocks disagree.
private struct Cluster {
    enum Item {
        case request(Int, LeaseElection.Action, begunAt: Instant)
        case answer(Int, LeaseElection.Event)
    }

    var lease: Lease?
    var version = 0
    var candidates: [LeaseElection]
    /// How far each candidate's civil clock is from the truth.
    let skew: [Duration]
    var wire: [(at: Instant, item: Item)] = []
    var generator: SeededGenerator
    var now = Instant.zero
    var lossPercent = 20

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
            if isLost() {
                // A request that is lost is noticed when its time is over, as is one whose answer is.
                wire.append((now.advanced(by: LeaseElection.requestTimeout), .answer(index, .failed)))
            } else {
                wire.append((now.advanced(by: delay()), .request(index, action, begunAt: now)))
            }
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
        version += 1
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
        let isSlow = Int.random(in: 0..<10, using: &generator) == 0
        return .milliseconds(Int.random(in: 1...(isSlow ? 12_000 : 300), using: &generator))
    }

    private mutating func isLost() -> Bool { Int.random(in: 0..<100, using: &generator) < lossPercent }

    /// 50 ms pass.
    mutating func advance(without absent: Int? = nil) {
        now = now.advanced(by: .milliseconds(50))
        let due = wire.filter { $0.at <= now }.sorted { $0.at < $1.at }
        wire.removeAll { $0.at <= now }
        for entry in due {
            switch entry.item {
            case .request(let index, let action, let begunAt):
                let answer = serve(action, begunAt: begunAt)
                let isLost = isLost()
                wire.append(
                    (now.advanced(by: isLost ? .seconds(4) : delay()), .answer(index, isLost ? .failed : answer)))
            case .answer(let index, let event): if index != absent { tell(index, event) }
            }
        }
        for index in candidates.indices where index != absent {
            if let deadline = candidates[index].nextDeadline, deadline <= now { tell(index, .deadlineReached) }
        }
    }

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
            cluster.lossPercent = 0
            for _ in 0..<1200 { cluster.advance() }
            var quiet = 0
            for _ in 0..<600 {
                cluster.advance()
                #expect(cluster.leaders.count <= 1, "seed \(seed)")
                if cluster.leaders.isEmpty { quiet += 1 }
            }
            #expect(quiet < 500, "seed \(seed): nobody led for \(quiet) of 600 steps")
        }
    }

    @Test("a leader that resigns → another leads soon; one that dies → after the lease has run out") func handover() {
        for seed in UInt64(1)...40 {
            for resigns in [true, false] {
                var cluster = Cluster(seed: seed, count: 2)
                cluster.lossPercent = 0
                while cluster.leaders.isEmpty { cluster.advance() }
                guard let leader = cluster.leaders.first else { return }
                // Until nothing of it is under way.
                while cluster.wire.contains(where: {
                    switch $0.item {
                    case .request(let index, _, _), .answer(let index, _): index == leader
                    }
                }) || !cluster.leaders.contains(leader) { cluster.advance() }
                if resigns { cluster.resign(leader) }
                let start = cluster.now
                let other = 1 - leader
                while cluster.candidates[other].role != .leading, start.duration(to: cluster.now) < .seconds(90) {
                    cluster.advance(without: leader)
                }
                let waited = start.duration(to: cluster.now)
                // A slow message takes up to 12 s, and a read and a write have four.
                #expect(waited < .seconds(resigns ? 2 + 48 : 17 + 48), "seed \(seed)")
                #expect(resigns || waited > .seconds(2), "seed \(seed): \(waited)")
            }
        }
    }
}
