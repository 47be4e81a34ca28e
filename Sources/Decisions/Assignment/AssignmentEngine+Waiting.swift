import AddressPools
import Addresses
import ClusterConfiguration
import HeapModule
import KubernetesModel
import Timing

// MARK: - Waiting
extension AssignmentEngine {
    func isCurrent(_ waiter: WaitQueue.Waiter) -> Bool {
        records[waiter.service]?.ticket == waiter.ticket
    }

    /// Remembers that something became available, if anybody waits for it.
    func wake(_ resource: WaitResource, _ settlement: inout Settlement) {
        if queues[resource] != nil { settlement.woken.insert(resource) }
    }

    mutating func stopWaiting(_ number: Int) {
        guard let record = records[number], record.waitClass != nil else { return }
        records[number]?.waits = []
        records[number]?.waitClass = nil
        records[number]?.ticket = 0
        for resource in record.waits {
            queues[resource]?.noteDeparture()
            if queues[resource]?.isEmpty ?? false { queues[resource] = nil }
        }
    }

    mutating func wait(_ number: Int, for resources: [WaitResource], class waitClass: WaitClass) {
        guard let record = records[number] else { return }
        if record.waitClass == waitClass, record.waits == resources { return }
        stopWaiting(number)
        guard !resources.isEmpty else { return }
        lastTicket += 1
        records[number]?.waits = resources
        records[number]?.waitClass = waitClass
        records[number]?.ticket = lastTicket
        let waiter = WaitQueue.Waiter(order: record.order, service: number, ticket: lastTicket)
        for resource in resources {
            // Moved out, so that the queue is changed in its place while the records are read.
            var queue = queues.removeValue(forKey: resource) ?? WaitQueue()
            queue.insert(waiter, class: waitClass) { isCurrent($0) }
            queues[resource] = queue
        }
    }

    func waitClass(of record: Record) -> WaitClass {
        let demand = record.demand
        let asksForNothing = demand.requested.isEmpty && demand.requestedPool == nil && demand.sharing == nil
        return WaitClass(
            namespace: asksForNothing && !hasQuotas ? nil : demand.namespace, missing: record.missing,
            needsAllAtOnce: demand.needsAllFamilies && record.holdings.isEmpty, requested: demand.requested,
            requestedPool: demand.requestedPool, sharing: demand.sharing,
            ports: demand.sharing == nil ? [] : demand.ports,
            labels: demand.requested.isEmpty && demand.requestedPool == nil ? [:] : demand.labels,
            service: demand.requested.isEmpty ? nil : record.order.name, pinned: pinnedPools(for: demand),
            partner: record.holdings.first?.pool)
    }
}
