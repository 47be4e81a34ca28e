import KubernetesModel
import Testing
import Timing

@testable import KubernetesAPI

@Suite("One candidate for leadership")
struct LeaseElectionTests {
    static let time = Timestamp(seconds: 1_800_000_000)
    static let name = NamespacedName(namespace: "martlet-system", name: "leader")

    static func at(_ seconds: Double) -> Instant { .zero.advanced(by: .milliseconds(Int64(seconds * 1000))) }

    static func lease(
        holder: String?, version: String = "1", renewed: String = "t1", duration: Int? = 15, transitions: Int = 3
    ) -> Lease {
        var metadata = ObjectMeta(name: "leader", namespace: "martlet-system", labels: ["kept": "yes"])
        metadata.resourceVersion = version
        let spec = LeaseSpec(
            holderIdentity: holder, leaseDurationSeconds: duration, acquireTime: "t0", renewTime: renewed,
            leaseTransitions: transitions)
        return Lease(metadata: metadata, spec: spec)
    }

    static func makeCandidate() -> LeaseElection { LeaseElection(identity: "me", name: name) }

    /// A candidate that leads, having sent its write at 0.
    static func makeLeader() -> LeaseElection {
        var core = makeCandidate()
        _ = core.handle(.deadlineReached, at: at(0), time: time)
        _ = core.handle(.read(nil), at: at(0), time: time)
        _ = core.handle(.written(lease(holder: "me", version: "5"), begunAt: at(0)), at: at(0.1), time: time)
        return core
    }

    @Test("no lease → create it, lead once it is written, renew after 2 s without reading") func create() throws {
        var core = Self.makeCandidate()
        #expect(core.handle(.deadlineReached, at: Self.at(0), time: Self.time) == [.read])
        let actions = core.handle(.read(nil), at: Self.at(0), time: Self.time)
        guard case .create(let made)? = actions.first else { return #expect(Bool(false), "\(actions)") }
        #expect(made.spec?.holderIdentity == "me" && made.spec?.leaseDurationSeconds == 15)
        #expect(made.spec?.renewTime == "2027-01-15T08:00:00.000000Z" && core.role == .following(nil))
        let written = LeaseElection.Event.written(Self.lease(holder: "me", version: "5"), begunAt: Self.at(0))
        #expect(core.handle(written, at: Self.at(0.5), time: Self.time).isEmpty)
        #expect(core.role == .leading && core.leadsUntil == Self.at(10))
        #expect(core.nextDeadline == Self.at(2.5))
        let renewals = core.handle(.deadlineReached, at: Self.at(2.5), time: Self.time)
        guard case .replace(let renewed)? = renewals.first else { return #expect(Bool(false), "\(renewals)") }
        #expect(renewed.metadata.resourceVersion == "5" && renewed.metadata.labels == ["kept": "yes"])
        #expect(renewed.spec?.acquireTime == "t0" && renewed.spec?.leaseTransitions == 3)
    }

    @Test("another holds it → taken when it has not changed for its whole duration, by the own clock") func patience() {
        var core = Self.makeCandidate()
        // It is renewed at 110, with a time in it that may be anything.
        for second in stride(from: 100.0, through: 124, by: 2) {
            #expect(core.handle(.deadlineReached, at: Self.at(second), time: Self.time) == [.read])
            let lease =
                second < 110
                ? Self.lease(holder: "other")
                : Self.lease(holder: "other", version: "2", renewed: "1970-01-01T00:00:00.000000Z")
            #expect(core.handle(.read(lease), at: Self.at(second), time: Self.time).isEmpty, "\(second)")
            #expect(core.role == .following("other"))
        }
        #expect(core.handle(.deadlineReached, at: Self.at(126), time: Self.time) == [.read])
        let actions = core.handle(
            .read(Self.lease(holder: "other", version: "2", renewed: "1970-01-01T00:00:00.000000Z")), at: Self.at(126),
            time: Self.time)
        guard case .replace(let taken)? = actions.first else { return #expect(Bool(false), "\(actions)") }
        #expect(taken.spec?.leaseTransitions == 4 && taken.metadata.resourceVersion == "2")
    }

    @Test("nobody holds it → taken at once", arguments: [nil, ""]) func free(holder: String?) {
        var core = Self.makeCandidate()
        _ = core.handle(.deadlineReached, at: Self.at(0), time: Self.time)
        let actions = core.handle(.read(Self.lease(holder: holder)), at: Self.at(0), time: Self.time)
        guard case .replace? = actions.first else { return #expect(Bool(false), "\(actions)") }
    }

    @Test("no answer until the deadline → leads no more, and asks again") func deadline() {
        var core = Self.makeLeader()
        #expect(!core.handle(.deadlineReached, at: Self.at(2.1), time: Self.time).isEmpty)
        _ = core.handle(.failed, at: Self.at(6.1), time: Self.time)
        #expect(core.role == .leading)
        #expect(core.handle(.deadlineReached, at: Self.at(8.1), time: Self.time) == [.read])
        #expect(core.nextDeadline == Self.at(10), "also while a request is under way")
        #expect(core.handle(.deadlineReached, at: Self.at(10), time: Self.time).isEmpty)
        #expect(core.role == .following(nil))
        // The answer comes: what is read is ours still, and is renewed; only then it leads again.
        let actions = core.handle(.read(Self.lease(holder: "me", version: "6")), at: Self.at(11), time: Self.time)
        guard case .replace? = actions.first else { return #expect(Bool(false), "\(actions)") }
        #expect(core.role == .following(nil))
    }

    @Test(
        "an answer that comes after the deadline finds nobody leading",
        arguments: [
            LeaseElection.Event.read(lease(holder: "me", version: "6")), .failed, .conflict, .deadlineReached,
            .written(lease(holder: "me", version: "6"), begunAt: at(0)),
        ]) func late(event: LeaseElection.Event)
    {
        var core = Self.makeLeader()
        _ = core.handle(.deadlineReached, at: Self.at(2.1), time: Self.time)
        _ = core.handle(event, at: Self.at(10), time: Self.time)
        #expect(core.role == .following(nil))
    }

    @Test("a conflict → read at once; another holds it → leads no more") func conflict() {
        for (holder, role) in [("other", LeaseElection.Role.following("other")), ("me", .leading)] {
            var core = Self.makeLeader()
            _ = core.handle(.deadlineReached, at: Self.at(2.1), time: Self.time)
            #expect(core.handle(.conflict, at: Self.at(2.2), time: Self.time) == [.read])
            _ = core.handle(.read(Self.lease(holder: holder, version: "9")), at: Self.at(2.3), time: Self.time)
            #expect(core.role == role)
        }
        var core = Self.makeLeader()
        _ = core.handle(.deadlineReached, at: Self.at(2.1), time: Self.time)
        _ = core.handle(.conflict, at: Self.at(2.2), time: Self.time)
        let actions = core.handle(.read(nil), at: Self.at(2.3), time: Self.time)
        #expect(core.role == .following(nil), "somebody deleted it")
        guard case .create? = actions.first else { return #expect(Bool(false), "\(actions)") }
    }

    @Test("resigning → the lease without holder, in the version that is known, or as it was just read") func resign() {
        var core = Self.makeLeader()
        let given = core.resign(time: Self.time)
        #expect(given?.spec?.holderIdentity == "" && given?.metadata.resourceVersion == "5")
        #expect(core.role == .following(nil))
        #expect(core.resign(Self.lease(holder: "me", version: "6"), time: Self.time)?.metadata.resourceVersion == "6")
        #expect(core.resign(Self.lease(holder: "other", version: "7"), time: Self.time) == nil)
        var follower = Self.makeCandidate()
        #expect(follower.resign(time: Self.time) == nil)
    }

    @Test(
        "a record that lies does not hold the others for ever, nor let them in too soon",
        arguments: [
            (Int.max, 86_400.0), (-1, 15), (0, 15), (nil, 15), (1, 1),
        ]) func nonsense(duration: Int?, patience: Double)
    {
        var core = Self.makeCandidate()
        let lease = Self.lease(holder: "other", duration: duration, transitions: .max)
        _ = core.handle(.deadlineReached, at: Self.at(0), time: Self.time)
        #expect(core.handle(.read(lease), at: Self.at(0), time: Self.time).isEmpty)
        _ = core.handle(.deadlineReached, at: Self.at(patience - 0.1), time: Self.time)
        #expect(core.handle(.read(lease), at: Self.at(patience - 0.1), time: Self.time).isEmpty)
        _ = core.handle(.deadlineReached, at: Self.at(patience + 2), time: Self.time)
        #expect(core.handle(.read(lease), at: Self.at(patience + 2), time: Self.time).count == 1)
    }

    struct SetBack: Sendable, CustomStringConvertible {
        let description: String
        let leads: Bool
        /// What is read after the lease of version 9 was seen, which another holds unless this one leads; `nil`: none.
        let lease: Lease?
        /// How long it may not be taken; `nil`: it is renewed at once.
        let patience: Double?
        let setBacks: Int
    }

    @Test(
        "a lease that is gone or older than it was → nobody but the leader of now takes it before it would have run out",
        arguments: [
            SetBack(
                description: "it names this process, which led in the past", leads: false,
                lease: lease(holder: "me", version: "5"), patience: 15, setBacks: 1),
            SetBack(
                description: "it names nobody", leads: false, lease: lease(holder: "", version: "5"), patience: 15,
                setBacks: 1),
            SetBack(
                description: "it names a third", leads: false, lease: lease(holder: "third", version: "5"),
                patience: 15,
                setBacks: 1),
            SetBack(description: "it is gone", leads: false, lease: nil, patience: 15, setBacks: 0),
            SetBack(
                description: "it names the leader of now", leads: true,
                lease: lease(holder: "me", version: "5", renewed: "t0"), patience: nil, setBacks: 1),
            SetBack(
                description: "it names another than the leader of now", leads: true,
                lease: lease(holder: "other", version: "5", renewed: "t0"), patience: 15, setBacks: 1),
            SetBack(
                description: "it is newer, and names this process, which has not written it", leads: false,
                lease: lease(holder: "me", version: "10"), patience: 15, setBacks: 0),
        ]) func setBack(row: SetBack)
    {
        var core = Self.makeCandidate()
        _ = core.handle(.deadlineReached, at: Self.at(0), time: Self.time)
        if row.leads {
            _ = core.handle(.read(nil), at: Self.at(0), time: Self.time)
            let written = Self.lease(holder: "me", version: "9")
            _ = core.handle(.written(written, begunAt: Self.at(0)), at: Self.at(0), time: Self.time)
            _ = core.handle(.deadlineReached, at: Self.at(2), time: Self.time)
            #expect(core.handle(.conflict, at: Self.at(2), time: Self.time) == [.read])
        } else {
            _ = core.handle(.read(Self.lease(holder: "other", version: "9")), at: Self.at(0), time: Self.time)
            #expect(core.handle(.deadlineReached, at: Self.at(2), time: Self.time) == [.read])
        }
        var taken: Double?
        var actions = core.handle(.read(row.lease), at: Self.at(2), time: Self.time)
        for second in stride(from: 2.0, through: 30, by: 2) {
            if second > 2 {
                #expect(core.handle(.deadlineReached, at: Self.at(second), time: Self.time) == [.read])
                actions = core.handle(.read(row.lease), at: Self.at(second), time: Self.time)
            }
            if !actions.isEmpty {
                taken = second - 2
                break
            }
        }
        #expect(core.setBacks == row.setBacks)
        if let patience = row.patience {
            #expect(taken.map { $0 >= patience && $0 <= patience + 2 } ?? false, "\(String(describing: taken))")
            #expect(core.role != .leading)
        } else {
            #expect(taken == 0)
            #expect((core.role == .leading) == row.leads)
        }
    }

    @Test("a write that was done, its answer lost → it is this process' own, and renewed at once") func lostAnswer()
        throws
    {
        var core = Self.makeCandidate()
        _ = core.handle(.deadlineReached, at: Self.at(0), time: Self.time)
        let actions = core.handle(.read(Self.lease(holder: "", version: "9")), at: Self.at(0), time: Self.time)
        guard case .replace(var taken)? = actions.first else { return #expect(Bool(false), "\(actions)") }
        _ = core.handle(.failed, at: Self.at(4), time: Self.time)
        #expect(core.handle(.deadlineReached, at: Self.at(6), time: Self.time) == [.read])
        taken.metadata.resourceVersion = "12"
        let renewal = core.handle(.read(taken), at: Self.at(6), time: Self.time)
        guard case .replace? = renewal.first else { return #expect(Bool(false), "\(renewal)") }
    }

    @Test("the server answers again → asked at once; with a request under way, nothing") func serverAnswers() {
        var core = Self.makeCandidate()
        #expect(core.handle(.deadlineReached, at: Self.at(0), time: Self.time) == [.read])
        #expect(core.handle(.serverAnswers, at: Self.at(0.5), time: Self.time).isEmpty)
        #expect(core.handle(.failed, at: Self.at(1), time: Self.time).isEmpty)
        #expect(core.nextDeadline == Self.at(3))
        #expect(core.handle(.serverAnswers, at: Self.at(1.2), time: Self.time) == [.read])
    }
}
