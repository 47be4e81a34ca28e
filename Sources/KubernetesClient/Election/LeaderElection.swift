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
    /// - Parameter report: is told each change of the role.
    package func run(
        report: @Sendable (LeaseElection.Role) -> Void = { _ in },
        lead: @escaping @Sendable () async -> Void
    ) async {
        var told: LeaseElection.Role?
        var event = LeaseElection.Event.deadlineReached
        while !Task.isCancelled {
            let actions = core.withLock { $0.handle(event, at: now(), time: time()) }
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
                await sleep()
                event = .deadlineReached
            }
        }
    }

    /// Gives the lease back, if it is held. To be called when `lead` has ended for good.
    package func resign() async {
        guard let lease = core.withLock({ $0.resign(time: time()) }) else { return }
        _ = try? await client.replace(.leases, lease)
    }

    /// Leads, and renews beside it, until either ends.
    private func whileLeading(_ lead: @escaping @Sendable () async -> Void) async -> LeaseElection.Event {
        await withTaskGroup(of: LeaseElection.Event?.self) { group in
            group.addTask {
                await lead()
                return nil
            }
            group.addTask { await self.renew() }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .deadlineReached
        }
    }

    /// Renews until leading is over.
    private func renew() async -> LeaseElection.Event {
        var event = LeaseElection.Event.deadlineReached
        while !Task.isCancelled {
            let (actions, role) = core.withLock { ($0.handle(event, at: now(), time: time()), $0.role) }
            guard role == .leading else { return .deadlineReached }
            if let action = actions.first {
                event = await perform(action)
            } else {
                await sleep()
                event = .deadlineReached
            }
        }
        return .deadlineReached
    }

    private func sleep() async {
        let deadline = core.withLock(\.nextDeadline) ?? now().advanced(by: LeaseElection.retryPeriod)
        try? await Task.sleep(for: max(now().duration(to: deadline), .milliseconds(1)))
    }

    /// Asks the API server; an answer that comes when leading is over comes too late.
    private func perform(_ action: LeaseElection.Action) async -> LeaseElection.Event {
        let begunAt = now()
        do throws(RequestFailure) {
            switch action {
            case .read:
                let name = core.withLock(\.name)
                let octets: [UInt8]
                do throws(RequestFailure) {
                    octets = try await client.send(.get(.leases, name), patience: LeaseElection.requestTimeout)
                } catch {
                    if error.isNotFound { return .read(nil) }
                    throw error
                }
                return .read(try client.decode(octets))
            case .create(let lease):
                return .written(try await client.create(.leases, lease, in: lease.metadata.namespace), begunAt: begunAt)
            case .replace(let lease):
                return .written(try await client.replace(.leases, lease), begunAt: begunAt)
            }
        } catch {
            if error.isConflict || error.isAlreadyThere { return .conflict }
            return .failed
        }
    }
}
