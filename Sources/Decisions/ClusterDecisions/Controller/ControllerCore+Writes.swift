import Addresses
import Assignment
import ClusterConfiguration
import KubernetesModel
import Timing

// MARK: - Writing
extension ControllerCore {
    /// Begins the writes for which there is room.
    mutating func flush(at now: Instant, time: Timestamp, _ actions: inout [Action]) {
        if let due = countsDue, due <= now {
            countsDue = nil
            for key in statuses.keys.sorted() where key.kind == IPAddressPool.kind {
                queue.enqueue(.configuration(key))
            }
        }
        var counts: [String: ConfigurationPatch.Counts]?
        queue.resumeDue(at: now)
        while let key = queue.popFirst() {
            let action: Action?
            switch key {
            case .service(let name):
                action = patch(for: name, at: time).map { .patchService($0) }
                news.remove(name)
            case .configuration(let key):
                let all = counts ?? ConfigurationPatch.Counts.byPool(engine.counts)
                counts = all
                action = patch(for: key, all, at: time).map { .patchConfiguration($0) }
            }
            if let action {
                queue.begin(key)
                actions.append(action)
            } else {
                // It says what is true: what was refused last has been done after all, or is not wanted any more.
                refusals[key] = nil
                queue.skip(key)
            }
        }
    }

    /// A write ended.
    mutating func finish(
        _ key: WriteKey, _ outcome: WriteOutcome, at now: Instant, _ actions: inout [Action],
        using generator: inout some RandomNumberGenerator
    ) {
        switch outcome {
        case .done(let service):
            refusals[key] = nil
            queue.finish(key, retrying: false, at: now, using: &generator)
            // The answer is newer than what the watch has reported, so that nothing is written twice.
            // Unless the Service has been replaced by another of its name since.
            if let service, let known = services[service.name], known.metadata.uid == service.metadata.uid {
                receive(.applied(service), at: now, &actions)
            }
        case .conflict: queue.finish(key, retrying: true, at: now, using: &generator)
        case .gone:
            refusals[key] = nil
            queue.finish(key, retrying: false, at: now, using: &generator)
        case .refused(let message), .failed(let message, _):
            refusals[key] = message
            if case .service(let name) = key { news.insert(name) }
            queue.finish(key, retrying: true, at: now, using: &generator)
            if case .failed(_, let pause?) = outcome {
                queue.rest(until: now.advanced(by: min(pause, WriteQueue.longestRest)))
            }
        }
    }
}

// MARK: - Services
extension ControllerCore {
    /// What is to be written to a Service; `nil` if it says what is true.
    mutating func patch(for name: NamespacedName, at time: Timestamp) -> ServicePatch? {
        guard let service = services[name] else { return nil }
        var patch = ServicePatch(
            service: name, uid: service.metadata.uid, resourceVersion: service.metadata.resourceVersion)
        if let assignment = engine.assignment(of: name) {
            fill(&patch, service, assignment, at: time)
            withhold(&patch, service)
        } else if farewells.contains(name) {
            clear(&patch, service)
        } else if service.spec?.type != "LoadBalancer", service.status?.loadBalancer?.ingress?.isEmpty ?? true {
            // The API server empties the status of a Service whose type changes; the marks are left to their owner.
            clear(&patch, service)
        }
        return patch.isEmpty ? nil : patch
    }

    private func fill(
        _ patch: inout ServicePatch, _ service: Service, _ assignment: ServiceAssignment, at time: Timestamp
    ) {
        let present = service.status?.loadBalancer?.ingress ?? []
        let wanted = assignment.addresses.map(\.address.description)
        // Compared as they were written, in any order: an address that others wrote differently is written again.
        if Set(present.map { $0.ip ?? "" }) != Set(wanted) || present.count != wanted.count
            || present.contains(where: { $0.hostname?.isEmpty == false })
        {
            patch.ingress = wanted.map { LoadBalancerIngress(ip: $0, ipMode: "VIP") }
        }
        let key = ServiceAnnotation.allocatedFromPool.key
        if service.metadata.annotations?[key] != assignment.pool { patch.annotations[key] = .some(assignment.pool) }
        patch.conditions = conditions(of: service, with: assignment, at: time)
    }

    /// Of two Services' statuses only one says an address that passes from one to the other: it is not written as long as
    /// the other status has it. Meanwhile the Service only lets go of what it is to lose, since the other may wait for that.
    private mutating func withhold(_ patch: inout ServicePatch, _ service: Service) {
        guard let wanted = patch.ingress, !wanted.isEmpty else { return }
        let present = StatusAddresses.of(service)
        var possible: [LoadBalancerIngress] = []
        for ingress in wanted {
            guard let address = ingress.ip.flatMap({ try? IPAddress($0) }), !present.contains(address) else {
                possible.append(ingress)
                continue
            }
            let others = stated.holders(of: address).filter { $0 != service.name && isToLose(address, $0) }
            guard !others.isEmpty else {
                possible.append(ingress)
                continue
            }
            stated.wait(service.name, for: address)
        }
        guard possible.count < wanted.count else { return }
        patch.ingress = possible.count < (service.status?.loadBalancer?.ingress ?? []).count ? possible : nil
        patch.annotations = [:]
        patch.conditions = nil
    }

    /// Whether a Service is to have an address no longer that its status says. A Service of another owner may say anything.
    private func isToLose(_ address: IPAddress, _ name: NamespacedName) -> Bool {
        if let assignment = engine.assignment(of: name) {
            return !assignment.addresses.contains { $0.address == address }
        }
        return farewells.contains(name) || deferrals[name] != nil
    }

    /// The Service's conditions with ours as it is to be; `nil` if it is so.
    private func conditions(
        of service: Service, with assignment: ServiceAssignment, at time: Timestamp
    ) -> [Condition]? {
        var conditions = service.status?.conditions ?? []
        let place = conditions.firstIndex { $0.type == ControllerCore.conditionType }
        let present = place.map { conditions[$0] }
        var wanted = Condition(
            type: ControllerCore.conditionType, status: assignment.addresses.isEmpty ? "False" : "True",
            reason: assignment.reason?.rawValue ?? "Assigned", message: assignment.message ?? "",
            lastTransitionTime: time.description)
        if let present {
            if present.status == wanted.status { wanted.lastTransitionTime = present.lastTransitionTime }
            // A sentence that only counts differently is no news.
            let isSame = (present.status, present.reason) == (wanted.status, wanted.reason)
            if isSame, present.message == wanted.message || !news.contains(service.name) { return nil }
        }
        if let place { conditions[place] = wanted } else { conditions.append(wanted) }
        return conditions
    }

    /// Takes back all that Martlet says of a Service that is not, or no longer, its own.
    private func clear(_ patch: inout ServicePatch, _ service: Service) {
        if !(service.status?.loadBalancer?.ingress?.isEmpty ?? true) { patch.ingress = [] }
        let key = ServiceAnnotation.allocatedFromPool.key
        if service.metadata.annotations?[key] != nil { patch.annotations[key] = .some(nil) }
        let conditions = service.status?.conditions ?? []
        let others = conditions.filter { $0.type != ControllerCore.conditionType }
        if others.count != conditions.count { patch.conditions = others }
    }
}
