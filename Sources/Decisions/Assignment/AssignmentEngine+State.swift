import AddressPools
import Addresses
import ClusterConfiguration
import HeapModule
import KubernetesModel
import Timing

// MARK: - Surviving a restart
extension AssignmentEngine {
    /// What to keep over a restart.
    ///
    /// - Parameters:
    ///   - now: The present moment on the clock that ``handle(_:at:)`` is given.
    ///   - unixTime: The same moment on the wall clock, in nanoseconds since the beginning of 1970.
    package func state(at now: Instant, unixTime: Int64) -> AssignmentState {
        var state = AssignmentState()
        state.assignments = numbers.keys.sorted().compactMap { savedEntry(of: $0) }
        state.released = departures.keys.sorted().compactMap { savedRelease(of: $0, at: now, unixTime: unixTime) }
        return state
    }

    /// What of ``state(at:unixTime:)`` may be otherwise since this was last called. The cost follows the change.
    package mutating func takeStateChange(at now: Instant, unixTime: Int64) -> AssignmentStateChange {
        var change = AssignmentStateChange()
        for name in unsavedServices.sorted() {
            if let entry = savedEntry(of: name) {
                change.assigned.append(entry)
            } else {
                change.unassigned.append(.init(namespace: name.namespace ?? "", name: name.name))
            }
        }
        for address in unsavedDepartures.sorted() {
            if let release = savedRelease(of: address, at: now, unixTime: unixTime) {
                change.released.append(release)
            } else {
                change.notReleased.append(address.description)
            }
        }
        unsavedServices = []
        unsavedDepartures = []
        return change
    }

    /// `nil` for a Service that has no address.
    private func savedEntry(of name: NamespacedName) -> AssignmentState.Assigned? {
        guard let number = numbers[name], let record = records[number], !record.holdings.isEmpty else { return nil }
        return .init(
            namespace: name.namespace ?? "", name: name.name, addresses: record.holdings.map(\.address.description))
    }

    private func savedRelease(of address: IPAddress, at now: Instant, unixTime: Int64) -> AssignmentState.Released? {
        guard let departure = departures[address] else { return nil }
        let age = departure.releasedAt.duration(to: now).wholeNanoseconds
        return .init(
            address: address.description, namespace: departure.service.namespace ?? "", name: departure.service.name,
            releasedAt: unixTime.subtractingReportingOverflow(age).partialValue, isRetained: departure.isRetained)
    }

    /// Takes in what was kept. To be called before the first ``handle(_:at:)``, which then must be given every pool and
    /// every Service that there is: what a Service had that is not among them counts as released then.
    ///
    /// Returns how many entries made no sense and were ignored.
    package mutating func restore(_ state: AssignmentState, at now: Instant, unixTime: Int64) -> Int {
        var ignored = state.damagedEntries
        guard state.version == AssignmentState.currentVersion else { return ignored + 1 }
        for entry in state.assignments {
            let addresses = entry.addresses.compactMap { try? IPAddress($0) }
            ignored += entry.addresses.count - addresses.count
            restored[NamespacedName(namespace: entry.namespace, name: entry.name)] = addresses
        }
        for entry in state.released {
            guard let address = try? IPAddress(entry.address) else {
                ignored += 1
                continue
            }
            // A time to come is of a clock that was set back since: as if it were now.
            let (age, overflow) = unixTime.subtractingReportingOverflow(entry.releasedAt)
            let releasedAt = now.advanced(by: .nanoseconds(overflow ? 0 : -max(age, 0)))
            let service = NamespacedName(namespace: entry.namespace, name: entry.name)
            departures[address] = Departure(
                service: service, releasedAt: releasedAt, isRetained: entry.isRetained, restsUntil: releasedAt,
                retainedUntil: releasedAt)
            departed[service, default: []].insert(address)
        }
        return ignored
    }
}
