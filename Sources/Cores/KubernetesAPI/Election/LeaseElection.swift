import KubernetesModel
import Timing

/// Who of several leads, by a Lease: the part that decides.
///
/// Whether another's lease still runs is judged by when *we* last saw it change, on a clock that cannot be set; what time
/// others have does not matter. A leader that cannot renew stops leading ``renewDeadline`` after its last success, which
/// is sooner than anybody else can have waited for the lease to run out.
package struct LeaseElection: Hashable, Sendable {
    /// How long a lease runs after it was last renewed.
    package static let leaseDuration = Duration.seconds(15)
    /// How long after its last renewal a leader goes on.
    package static let renewDeadline = Duration.seconds(10)
    /// How often it is tried.
    package static let retryPeriod = Duration.seconds(2)
    /// How long one request may take.
    package static let requestTimeout = Duration.seconds(4)

    package enum Role: Hashable, Sendable {
        /// Another process leads; `nil`: no known leader.
        case following(String?)
        case leading
    }

    package enum Event: Hashable, Sendable {
        /// The Lease as it is; `nil`: there is none.
        case read(Lease?)
        /// A write succeeded; the Lease as it is then. With the moment at which the write was begun.
        case written(Lease, begunAt: Instant)
        /// Another process wrote before us: the known state is old.
        case conflict
        /// The API server could not be asked.
        case failed
        /// The API server answers again.
        case serverAnswers
        /// ``LeaseElection/nextDeadline`` has come.
        case deadlineReached
    }

    package enum Action: Hashable, Sendable {
        case read
        case create(Lease)
        case replace(Lease)
    }

    package let identity: String
    package let name: NamespacedName
    package private(set) var role = Role.following(nil)

    /// What was last seen, and since when it is so.
    private var observed: (lease: Lease?, since: Instant)?
    /// When the last successful renewal was begun.
    private var renewedAt: Instant?
    private var nextAttempt: Instant?
    private var isAsking = false
    private var mustRead = true
    /// Before this moment the lease is not taken: another leads that the lease does not show any more.
    private var notBefore: Instant?
    /// What was last asked to be written, until another is seen to have written since: it may have been done although no
    /// answer came.
    private var attempted: (spec: LeaseSpec, over: String?)?
    /// How often the lease was found older than it had been, and where that was noticed last.
    package private(set) var setBacks = 0
    package private(set) var lastSetBack: (from: String, to: String)?

    package init(identity: String, name: NamespacedName) {
        self.identity = identity
        self.name = name
    }

    package static func == (a: LeaseElection, b: LeaseElection) -> Bool {
        a.identity == b.identity && a.name == b.name && a.role == b.role && a.observed?.lease == b.observed?.lease
            && a.observed?.since == b.observed?.since && a.renewedAt == b.renewedAt && a.nextAttempt == b.nextAttempt
            && a.isAsking == b.isAsking && a.mustRead == b.mustRead && a.notBefore == b.notBefore
            && a.setBacks == b.setBacks
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(identity)
        hasher.combine(role)
    }

    /// When leading ends unless it is renewed; `nil` while following.
    package var leadsUntil: Instant? {
        role == .leading ? renewedAt?.advanced(by: LeaseElection.renewDeadline) : nil
    }

    package var nextDeadline: Instant? {
        [isAsking ? nil : nextAttempt ?? .zero, leadsUntil].compactMap { $0 }.min()
    }

    /// - Parameter time: for what is written; nothing is decided by it.
    package mutating func handle(_ event: Event, at now: Instant, time: Timestamp) -> [Action] {
        // First of all: a late event must find no leader.
        expire(at: now)
        switch event {
        case .read(let lease):
            isAsking = false
            mustRead = false
            observe(lease, at: now)
            return attempt(at: now, time: time)
        case .written(let lease, let begunAt):
            isAsking = false
            observe(lease, at: now)
            nextAttempt = now.advanced(by: LeaseElection.retryPeriod)
            if lease.spec?.holderIdentity == identity {
                renewedAt = begunAt
                role = .leading
            }
        case .conflict:
            isAsking = false
            mustRead = true
            nextAttempt = now
        case .failed:
            isAsking = false
            mustRead = true
            nextAttempt = now.advanced(by: LeaseElection.retryPeriod)
        case .serverAnswers: if !isAsking { nextAttempt = now }
        case .deadlineReached: break
        }
        expire(at: now)
        guard !isAsking, (nextAttempt ?? .zero) <= now else { return [] }
        if mustRead || role != .leading {
            isAsking = true
            return [.read]
        }
        return attempt(at: now, time: time)
    }

    private mutating func expire(at now: Instant) {
        guard let leadsUntil, leadsUntil <= now else { return }
        role = .following(nil)
        renewedAt = nil
        mustRead = true
    }

    /// Leads no more. Returns the lease without a holder, so that the next need not wait for it to run out; `nil` if it
    /// is not ours.
    ///
    /// - Parameter current: the lease as it was just read; `nil`: as it was last seen.
    package mutating func resign(_ current: Lease? = nil, time: Timestamp) -> Lease? {
        role = .following(nil)
        renewedAt = nil
        guard var lease = current ?? observed?.lease, lease.spec?.holderIdentity == identity else { return nil }
        lease.spec?.holderIdentity = ""
        lease.spec?.leaseDurationSeconds = 1
        lease.spec?.renewTime = time.microsecondDescription
        return lease
    }

    private mutating func observe(_ lease: Lease?, at now: Instant) {
        noteSetBack(to: lease, at: now)
        if observed == nil || observed?.lease?.spec != lease?.spec {
            observed = (lease, now)
        } else {
            observed?.lease = lease
        }
        let holder = lease?.spec?.holderIdentity.flatMap { $0.isEmpty ? nil : $0 }
        if holder != identity {
            role = .following(holder)
            renewedAt = nil
        }
    }

    /// Notices a lease that is gone, or older than it was, or names this process again although it has not written so:
    /// it was deleted, or etcd was restored from a backup.
    ///
    /// Who led by what is no longer there may not know it yet, and leads until ``renewDeadline`` is over. So the lease is as
    /// good as held for ``leaseDuration``, with any holder in it; this process' own old name in it gives no right.
    /// The leader itself need not wait: no other can have led.
    private mutating func noteSetBack(to lease: Lease?, at now: Instant) {
        guard let former = observed?.lease else { return }
        var isOther = lease == nil
        if let lease {
            let (from, to) = (former.metadata.resourceVersion ?? "", lease.metadata.resourceVersion ?? "")
            if let old = UInt64(from), let new = UInt64(to), new < old {
                isOther = true
                setBacks += 1
                lastSetBack = (from, to)
            }
            let isOwn = lease.spec?.holderIdentity == identity
            if isOwn, former.spec?.holderIdentity != identity, lease.spec != attempted?.spec { isOther = true }
            if !isOwn, to != attempted?.over { attempted = nil }
        }
        if isOther, role != .leading { notBefore = now.advanced(by: LeaseElection.leaseDuration) }
    }

    /// Takes the lease, or renews it, if that may be done.
    private mutating func attempt(at now: Instant, time: Timestamp) -> [Action] {
        nextAttempt = now.advanced(by: LeaseElection.retryPeriod)
        var spec = LeaseSpec(
            holderIdentity: identity, leaseDurationSeconds: Int(LeaseElection.leaseDuration.components.seconds),
            acquireTime: time.microsecondDescription, renewTime: time.microsecondDescription, leaseTransitions: 0)
        if let notBefore, role != .leading {
            guard notBefore <= now else { return [] }
            self.notBefore = nil
        }
        guard let observed, var lease = observed.lease else {
            isAsking = true
            attempted = (spec, nil)
            return [
                .create(Lease(metadata: ObjectMeta(name: name.name, namespace: name.namespace), spec: spec))
            ]
        }
        let former = lease.spec
        if former?.holderIdentity == identity {
            spec.acquireTime = former?.acquireTime
            spec.leaseTransitions = former?.leaseTransitions
        } else {
            let isFree = former?.holderIdentity?.isEmpty ?? true
            // A duration that cannot be meant, below a second or above a day, is another program's mistake.
            let seconds = former?.leaseDurationSeconds.flatMap { $0 > 0 ? Duration.seconds(min($0, 86_400)) : nil }
            let hasRunOut = observed.since.duration(to: now) >= seconds ?? LeaseElection.leaseDuration
            guard isFree || hasRunOut else { return [] }
            // The field has 32 bits.
            spec.leaseTransitions = min(max(former?.leaseTransitions ?? 0, 0), Int(Int32.max) - 1) + 1
        }
        lease.spec = spec
        isAsking = true
        attempted = (spec, lease.metadata.resourceVersion)
        return [.replace(lease)]
    }
}
