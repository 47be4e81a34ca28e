import KubernetesAPI
import KubernetesModel
import Synchronization
import Timing

/// Takes part in an election by Lease: the shell around ``LeaseElection``.
package final class LeaderElection: Sendable {
    private let client: KubernetesClient
    private let now: @Sendable () -> Instant
    private let time: @Sendable () -> Timestamp
    private let core: Mutex<LeaseElection>

    /// - Parameters:
    ///   - name: of the Lease.
    ///   - identity: unlike that of every other process.
    package init(
        _ client: KubernetesClient, name: NamespacedName, identity: String,
        now: @escaping @Sendable () -> Instant, time: @escaping @Sendable () -> Timestamp
    ) {
        self.client = client
        self.now = now
        self.time = time
        core = Mutex(LeaseElection(identity: identity, name: name))
    }

    /// Who leads, as far as is known.
    package var role: LeaseElection.Role { core.withLock(\.role) }

    /// Takes part until the task is cancelled. While this process leads, `lead` runs; it is cancelled as soon as leading
    /// ends, and leading is not over for this process before it has returned.
    ///
    /// - Parameter report: called with each change of the role.
    package func run(
        report: @Sendable (LeaseElection.Role) -> Void = { _ in },
        lead: @escaping @Sendable () async -> Void
    ) async {
        var told: LeaseElection.Role?
        var event = LeaseElection.Event.deadlineReached
        while !Task.isCancelled {
            let actions = decide(event)
            let role = role
            if role != told {
                told = role
                report(role)
            }
            if role == .leading, actions.isEmpty {
                event = await whileLeading(lead)
            } else if let action = actions.first {
                event = await perform(action)
            } else {
                event = await sleep(after: event)
            }
        }
    }

    /// What is to be done. A lease that went backwards is passed on: the leader starts again from lists.
    private func decide(_ event: LeaseElection.Event) -> [LeaseElection.Action] {
        let (actions, setBack) = core.withLock { core in
            let former = core.setBacks
            let actions = core.handle(event, at: now(), time: time())
            return (actions, core.setBacks == former ? nil : core.lastSetBack)
        }
        if let setBack { client.noteSetBack(resource: "leases", from: setBack.from, to: setBack.to) }
        return actions
    }

    /// Gives the lease back, if it is held. To be called when `lead` has ended for good.
    package func resign() async {
        let (name, held) = core.withLock { ($0.name, $0.resign(time: time())) }
        guard let held else { return }
        let patience = LeaseElection.requestTimeout
        do throws(RequestFailure) {
            try await client.replace(.leases, held, patience: patience, isUrgent: true)
        } catch {
            // An abandoned renewal may have succeeded: once more, as the lease is now.
            guard error.isConflict,
                let octets = try? await client.send(.get(.leases, name), patience: patience, isUrgent: true),
                let current: Lease = try? client.decode(octets),
                let lease = core.withLock({ $0.resign(current, time: time()) })
            else { return }
            _ = try? await client.replace(.leases, lease, patience: patience, isUrgent: true)
        }
    }

    /// Leads, and renews beside it, until either ends.
    ///
    /// - Returns: that the last request failed, because it is not awaited any more.
    private func whileLeading(_ lead: @escaping @Sendable () async -> Void) async -> LeaseElection.Event {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await lead() }
            group.addTask { await self.renew() }
            // Even while the renewal waits: when leading is over, `lead` ends.
            group.addTask { await self.waitForTheEnd() }
            await group.next()
            group.cancelAll()
        }
        return .failed
    }

    /// Renews until leading is over.
    private func renew() async {
        var event = LeaseElection.Event.deadlineReached
        while !Task.isCancelled {
            let actions = decide(event)
            guard role == .leading else { return }
            if let action = actions.first {
                event = await perform(action)
            } else {
                event = await sleep(after: event)
            }
        }
    }

    private func waitForTheEnd() async {
        while !Task.isCancelled, let end = core.withLock(\.leadsUntil), now() < end {
            try? await Task.sleep(for: now().duration(to: end))
        }
    }

    /// Sleeps until the next deadline; after a request that was not answered, only until the server answers.
    private func sleep(after event: LeaseElection.Event) async -> LeaseElection.Event {
        let deadline = core.withLock(\.nextDeadline) ?? now().advanced(by: LeaseElection.retryPeriod)
        let pause = max(now().duration(to: deadline), .milliseconds(1))
        guard event == .failed else {
            try? await Task.sleep(for: pause)
            return .deadlineReached
        }
        return await withTaskGroup(of: LeaseElection.Event.self) { group in
            group.addTask {
                try? await Task.sleep(for: pause)
                return .deadlineReached
            }
            group.addTask {
                if await self.client.untilServerAnswers() == true { return .serverAnswers }
                // It answered all the time, and this request alone failed.
                try? await Task.sleep(for: pause)
                return .deadlineReached
            }
            defer { group.cancelAll() }
            return await group.next() ?? .deadlineReached
        }
    }

    /// Asks the API server. Who leads does not wait for an answer longer than he may lead.
    private func perform(_ action: LeaseElection.Action) async -> LeaseElection.Event {
        let begunAt = now()
        let left = core.withLock(\.leadsUntil).map { max(begunAt.duration(to: $0), .milliseconds(1)) }
        let patience = min(left ?? LeaseElection.requestTimeout, LeaseElection.requestTimeout)
        do throws(RequestFailure) {
            let event = try await ask(action, patience, begunAt)
            // That there is no lease yet says nothing: whether there can be one, the next request shows.
            if event != .read(nil) { client.observer.tell(.electionStands) }
            return event
        } catch {
            // A lease that cannot be made where it is to be is no conflict: the namespace is missing.
            if error.isConflict || error.isAlreadyThere { return .conflict }
            if error.isNotFound, case .replace = action { return .conflict }
            if !Task.isCancelled { client.observer.tell(.electionFailed(message: error.message)) }
            return .failed
        }
    }

    private func ask(
        _ action: LeaseElection.Action, _ patience: Duration, _ begunAt: Instant
    ) async throws(RequestFailure) -> LeaseElection.Event {
        switch action {
        case .read:
            let name = core.withLock(\.name)
            let octets: [UInt8]
            do throws(RequestFailure) {
                octets = try await client.send(.get(.leases, name), patience: patience, isUrgent: true)
            } catch {
                if error.isNotFound { return .read(nil) }
                throw error
            }
            return .read(try client.decode(octets))
        case .create(let lease):
            let written = try await client.create(
                .leases, lease, in: lease.metadata.namespace, patience: patience, isUrgent: true)
            return .written(written, begunAt: begunAt)
        case .replace(let lease):
            let written = try await client.replace(.leases, lease, patience: patience, isUrgent: true)
            return .written(written, begunAt: begunAt)
        }
    }
}
