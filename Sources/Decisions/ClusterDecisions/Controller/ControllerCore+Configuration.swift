import AddressPools
import Addresses
import Assignment
import ClusterConfiguration
import KubernetesModel
import Timing

// MARK: - Objects of Martlet's kinds
extension ControllerCore {
    /// The condition that says whether an object is in force as it is written.
    package static let validCondition = "Valid"

    /// Remembers what the status of an object says, so that it is not written again.
    mutating func note(_ change: ConfigurationChange, _ group: ConfigurationObjects.Group) {
        switch change {
        case .pool(let event):
            note(event, group) { pool in
                (
                    pool.status?.conditions,
                    pool.status.map { status in
                        ConfigurationPatch.Counts(
                            assignedIPv4: status.assignedIPv4 ?? 0, assignedIPv6: status.assignedIPv6 ?? 0,
                            availableIPv4: status.availableIPv4 ?? 0, availableIPv6: status.availableIPv6 ?? 0)
                    }
                )
            }
        case .layer2Advertisement(let event): note(event, group) { ($0.status?.conditions, nil) }
        case .bgpAdvertisement(let event): note(event, group) { ($0.status?.conditions, nil) }
        case .peer(let event): note(event, group) { ($0.status?.conditions, nil) }
        case .bfdProfile(let event): note(event, group) { ($0.status?.conditions, nil) }
        case .communities(let event): note(event, group) { ($0.status?.conditions, nil) }
        }
    }

    private mutating func note<Object: ConfigurationObject>(
        _ event: WatchEvent<Object>, _ group: ConfigurationObjects.Group,
        _ status: (Object) -> (conditions: [Condition]?, counts: ConfigurationPatch.Counts?)
    ) {
        switch event {
        case .ready: break
        case .initial(let object), .applied(let object):
            let key = ConfigurationKey(group, Object.kind, ObjectReference(object).name)
            let (conditions, counts) = status(object)
            let version = object.apiVersion?.split(separator: "/").last.map(String.init) ?? "v1beta1"
            let former = statuses[key]
            statuses[key] = SeenStatus(
                version: version, generation: object.metadata.generation,
                resourceVersion: object.metadata.resourceVersion, conditions: conditions ?? [], counts: counts)
            queue.unblock(.configuration(key))
            if isComplete, former?.generation != object.metadata.generation || former == nil {
                queue.enqueue(.configuration(key))
            }
        case .deleted(let name):
            let key = ConfigurationKey(group, Object.kind, name)
            statuses[key] = nil
            refusals[.configuration(key)] = nil
            queue.forget(.configuration(key))
        }
    }

    /// What was found may be news for every object: they are few.
    mutating func enqueueVerdicts() {
        for key in statuses.keys.sorted() { queue.enqueue(.configuration(key)) }
    }

    /// What is to be written to the status of an object; `nil` if it says what is true.
    func patch(
        for key: ConfigurationKey, _ counts: [String: ConfigurationPatch.Counts], at time: Timestamp
    ) -> ConfigurationPatch? {
        guard let seen = statuses[key] else { return nil }
        var patch = ConfigurationPatch(key: key, version: seen.version, resourceVersion: seen.resourceVersion)
        if key.group == .martlet { patch.conditions = conditions(for: key, seen, at: time) }
        if key.kind == IPAddressPool.kind {
            let wanted = counts[key.name.name] ?? .none
            if seen.counts != wanted { patch.counts = wanted }
        }
        return patch.conditions == nil && patch.counts == nil ? nil : patch
    }

    /// The conditions with ours as it is to be; `nil` if it is so. The kinds of metallb.io have no conditions.
    private func conditions(for key: ConfigurationKey, _ seen: SeenStatus, at time: Timestamp) -> [Condition]? {
        let own = problems.filter { $0.object == ObjectReference(kind: key.kind, name: key.name) }
        let errors = own.filter { $0.severity == .error }
        let told = (errors.isEmpty ? own.filter { $0.severity == .warning } : errors).prefix(10)
        let message = told.map { ($0.field.map { "\($0): " } ?? "") + $0.message }.joined(separator: "\n")
        var wanted = Condition(
            type: ControllerCore.validCondition, status: errors.isEmpty ? "True" : "False",
            reason: !errors.isEmpty ? "Invalid" : told.isEmpty ? "Valid" : "ValidWithWarnings",
            // Conditions of the API have at most 32,768 characters.
            message: String(message.prefix(8000)), lastTransitionTime: time.description,
            observedGeneration: seen.generation)
        var conditions = seen.conditions
        guard let place = conditions.firstIndex(where: { $0.type == wanted.type }) else { return conditions + [wanted] }
        if conditions[place].agrees(with: wanted) { return nil }
        if conditions[place].status == wanted.status {
            wanted.lastTransitionTime = conditions[place].lastTransitionTime
        }
        conditions[place] = wanted
        return conditions
    }
}

extension ConfigurationPatch.Counts {
    /// Of a pool that is not in force.
    static let none = ConfigurationPatch.Counts(assignedIPv4: 0, assignedIPv6: 0, availableIPv4: 0, availableIPv6: 0)

    /// By the pools' names.
    static func byPool(_ counts: [PoolCounts]) -> [String: ConfigurationPatch.Counts] {
        var result: [String: ConfigurationPatch.Counts] = [:]
        for count in counts {
            var entry = result[count.pool] ?? .none
            let available = Int64(clamping: count.available.value ?? .max)
            switch count.family {
            case .ipv4:
                entry.assignedIPv4 = Int64(count.assigned)
                entry.availableIPv4 = available
            case .ipv6:
                entry.assignedIPv6 = Int64(count.assigned)
                entry.availableIPv6 = available
            }
            result[count.pool] = entry
        }
        return result
    }
}
