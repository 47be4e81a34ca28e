import AddressPools
import Addresses
import ClusterConfiguration
import HeapModule
import KubernetesModel
import Timing

// MARK: - What happened
extension AssignmentEngine {
    mutating func absorb(_ event: AssignmentEvent, _ settlement: inout Settlement) {
        switch event {
        case .pools(let pools):
            guard pools != declaredPools else { return }
            declaredPools = pools
            settlement.poolsChanged = true
        case .poolsInError(let pools):
            guard pools != poolsInError else { return }
            poolsInError = pools
            // What is said to those who wait may be otherwise now.
            settlement.touched.formUnion(records.indices.filter { records[$0]?.missing.isEmpty == false })
        case .reserved(let addresses):
            guard addresses != reserved else { return }
            let changed = Set(reserved.keys).symmetricDifference(addresses.keys)
            settlement.reservationChanges.formSymmetricDifference(changed)
            reserved = addresses
        case .service(let service, let rank):
            let order = AssignmentOrder(rank: rank, name: service.name)
            if isResponsible(for: service) {
                receive(service, order, &settlement)
            } else {
                dismiss(service, &settlement)
            }
        case .serviceRemoved(let name):
            restored[name] = nil
            guard let number = numbers[name] else { return }
            settlement.farewells[name] = AssignmentChange(
                service: name, assignment: nil,
                releases: releases(of: records[number]?.holdings.map(\.address) ?? [], "the Service was deleted"))
            forget(number, &settlement)
        case .namespace(let namespace):
            setLabels(namespace.metadata.labels ?? [:], of: namespace.metadata.name, &settlement)
        case .namespaceRemoved(let name):
            setLabels([:], of: name, &settlement)
        }
    }

    /// Addresses that a Service gave up itself.
    private func releases(of addresses: [IPAddress], _ reason: String) -> [AssignmentChange.Release] {
        addresses.map { .init(address: $0, message: "\($0) was released: \(reason).", isIntended: true) }
    }

    private mutating func setLabels(_ labels: [String: String], of namespace: String, _ settlement: inout Settlement) {
        guard namespaceLabels[namespace, default: [:]] != labels else { return }
        namespaceLabels[namespace] = labels.isEmpty ? nil : labels
        guard hasNamespaceSelectors else { return }
        settlement.dirty.formUnion(members[namespace] ?? [])
    }

    /// A Service that is Martlet's.
    private mutating func receive(_ service: Service, _ order: AssignmentOrder, _ settlement: inout Settlement) {
        let demand = Demand(service)
        let (status, isPlain) = AssignmentEngine.addresses(in: service.status)
        settlement.farewells[order.name] = nil
        if let number = numbers[order.name], let old = records[number] {
            settlement.touched.insert(number)
            records[number]?.status = status
            records[number]?.statusIsPlain = isPlain
            let learnsAddress = !old.missing.isEmpty && status != old.status && !status.isEmpty
            guard old.demand != demand || old.order != order || learnsAddress else { return }
            // The queues know it by its former place.
            if old.order != order { stopWaiting(number) }
            records[number]?.order = order
            records[number]?.demand = demand
            settlement.dirty.insert(number)
            return
        }
        let record = Record(order: order, demand: demand, status: status, statusIsPlain: isPlain)
        let number: Int
        if let unused = unusedNumbers.popLast() {
            number = unused
            records[number] = record
        } else {
            number = records.count
            records.append(record)
        }
        numbers[order.name] = number
        members[demand.namespace, default: []].insert(number)
        settlement.dirty.insert(number)
    }

    /// A Service that is another's, is ignored, or is of a type that needs no address.
    private mutating func dismiss(_ service: Service, _ settlement: inout Settlement) {
        let name = service.name
        let (status, isPlain) = AssignmentEngine.addresses(in: service.status)
        var own: [IPAddress] = restored.removeValue(forKey: name) ?? []
        var wasOurs = false
        if let number = numbers[name] {
            own += records[number]?.holdings.map(\.address) ?? []
            wasOurs = true
            forget(number, &settlement)
        }
        // What the status says is Martlet's doing if Martlet gave just these addresses; or if the Service bears the mark
        // that Martlet leaves, and no other controller serves its type, or it is ignored. A Service of another class is never
        // judged by the mark.
        let isGiven = !status.isEmpty && isPlain && status.allSatisfy(own.contains)
        let isIgnored = ServiceSwitch.ignore.isOn(service) && service.spec?.loadBalancerClass == loadBalancerClass
        let isMarked =
            (service.spec?.type != "LoadBalancer" || isIgnored) && !status.isEmpty && isPlain
            && ServiceAnnotation.allocatedFromPool.value(in: service.metadata.annotations) != nil
        guard wasOurs || isGiven || isMarked else { return }
        let type = service.spec?.type ?? "ClusterIP"
        let reason =
            type == "LoadBalancer"
            ? "the Service now has \(service.spec?.loadBalancerClass.map { "the class \($0)" } ?? "no class"), which is not "
                + "served here"
            : "the Service now has the type \(type)"
        settlement.farewells[name] = AssignmentChange(
            service: name, assignment: nil, status: isGiven || isMarked ? .clear : .keep,
            releases: releases(of: wasOurs ? own : status, reason))
    }

    private mutating func forget(_ number: Int, _ settlement: inout Settlement) {
        guard let record = records[number] else { return }
        lift(number, isRetained: true, &settlement)
        settlement.claims[number] = nil
        stopWaiting(number)
        records[number] = nil
        unusedNumbers.append(number)
        numbers[record.order.name] = nil
        members[record.demand.namespace]?.remove(number)
        if members[record.demand.namespace]?.isEmpty ?? false { members[record.demand.namespace] = nil }
        settlement.dirty.remove(number)
        settlement.touched.remove(number)
    }

    /// The addresses in a status, and whether it says nothing else.
    static func addresses(in status: ServiceStatus?) -> ([IPAddress], isPlain: Bool) {
        var result: [IPAddress] = []
        var isPlain = true
        for ingress in status?.loadBalancer?.ingress ?? [] {
            guard let text = ingress.ip, let address = try? IPAddress(text) else {
                isPlain = false
                continue
            }
            if !result.contains(address) { result.append(address) }
        }
        return (result, isPlain)
    }
}
