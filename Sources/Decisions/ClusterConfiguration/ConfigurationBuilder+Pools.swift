import Addresses
import KubernetesModel

extension ConfigurationBuilder {
    private struct Candidate {
        var pool: Pool?
        var check: ObjectCheck
        var previous: Pool?
    }

    mutating func makePools() -> Outcome<Pool> {
        let reserved = ReservedAddress.all(in: state).sorted { $0.key < $1.key }
        let last = Dictionary(previous.pools.map { ($0.name, $0) }) { first, _ in first }
        var candidates: [Candidate] = uniquelyNamed(state.pools).map { object in
            var check = ObjectCheck(ObjectReference(object), state.locations)
            let pool = makePool(object, &check)
            if let pool { findReserved(in: pool, reserved, &check) }
            return Candidate(pool: pool, check: check, previous: last[object.metadata.name])
        }
        // What works and did not change comes first.
        let unchanged = candidates.indices.filter {
            candidates[$0].pool != nil && candidates[$0].pool == candidates[$0].previous
        }
        let others = candidates.indices.filter { !unchanged.contains($0) }
        var taken = RangeIndex()
        for index in unchanged + others {
            guard let pool = candidates[index].pool else { continue }
            findOverlaps(of: pool, with: taken, &candidates[index].check)
            if candidates[index].check.hasError { continue }
            taken.insert(pool.ranges, owner: pool.name)
        }
        var outcome = Outcome<Pool>(unreadable: unreadable(IPAddressPool.kind))
        for candidate in candidates {
            var kept: Pool?
            if candidate.check.hasError, let previous = candidate.previous,
                !previous.ranges.contains(where: { taken.overlapping($0) != nil })
            {
                kept = previous
                taken.insert(previous.ranges, owner: previous.name)
            }
            settle(
                candidate.check, candidate.pool, previous: kept, name: candidate.check.object.name.name, into: &outcome)
        }
        return outcome
    }

    private func findOverlaps(of pool: Pool, with taken: RangeIndex, _ check: inout ObjectCheck) {
        for (index, range) in pool.ranges.enumerated() {
            guard let other = taken.overlapping(range) else { continue }
            check.error(
                "spec.addresses[\(index)]",
                "\(range) overlaps \(other.range) of the pool \(other.owner): give every address to one pool only")
        }
    }

    /// Warns of addresses that hosts have: a Service that had one would take it from its host, or never be reached.
    private func findReserved(
        in pool: Pool, _ reserved: [(key: IPAddress, value: ReservedAddress)], _ check: inout ObjectCheck
    ) {
        guard !reserved.isEmpty else { return }
        for (index, range) in pool.ranges.enumerated() {
            // Those within the range, of the sorted ones.
            var low = 0
            var high = reserved.count
            while low < high {
                let middle = (low + high) / 2
                if reserved[middle].key < range.lower { low = middle + 1 } else { high = middle }
            }
            let inside = reserved[low...].prefix { range.contains($0.key) }.filter { entry in
                !pool.excluded.contains { $0.contains(entry.key) }
            }
            guard let first = inside.first else { continue }
            let others = inside.count == 1 ? "" : " (and \(inside.count - 1) more addresses of hosts)"
            check.warning(
                "spec.addresses[\(index)]",
                "\(range) contains \(first.key), which \(first.value) uses\(others): it is never allocated. List such "
                    + "addresses in spec.excludedAddresses, or use other addresses for the pool")
        }
    }

    private func makePool(_ object: IPAddressPool, _ check: inout ObjectCheck) -> Pool? {
        let spec = object.spec
        let ranges = addresses(spec?.addresses ?? [], &check)
        var pool = Pool(name: object.metadata.name, labels: object.metadata.labels ?? [:], ranges: ranges)
        pool.excluded = excludedAddresses(spec?.excludedAddresses ?? [], pool: ranges, &check)
        pool.autoAssign = spec?.autoAssign ?? true
        pool.disabled = spec?.disabled ?? false
        pool.avoidBuggyIPs = spec?.avoidBuggyIPs ?? false
        pool.allocation = spec?.serviceAllocation.map { allocation($0, &check) }
        pool.reuseAfter = check.duration(spec?.reuseAfter, "spec.reuseAfter") ?? .zero
        pool.retainFor = check.duration(spec?.retainFor, "spec.retainFor") ?? .zero
        if let quota = spec?.quotaPerNamespace {
            if quota < 1 {
                check.error(
                    "spec.quotaPerNamespace",
                    "\(quota) is not a quota: write 1 or more, or remove the field for no limit")
            }
            pool.quotaPerNamespace = quota
        }
        pool.sharing = object.isMetalLB ? .allNamespaces : .namespace
        if let word = spec?.sharing {
            if let sharing = Pool.Sharing(rawValue: word) {
                pool.sharing = sharing
            } else {
                check.error("spec.sharing", "\"\(word)\" is not known: write Namespace or AllNamespaces")
            }
        }
        return check.hasError ? nil : pool
    }

    /// The ranges of `addresses`, in declared order.
    private func addresses(_ entries: [String], _ check: inout ObjectCheck) -> [IPRange] {
        guard !entries.isEmpty else {
            check.error("spec.addresses", "the pool has no addresses: add a CIDR such as 192.0.2.0/24, or a range")
            return []
        }
        var ranges: [(index: Int, range: IPRange)] = []
        for (index, text) in entries.enumerated() {
            let field = "spec.addresses[\(index)]"
            do throws(AddressEntry.Failure) {
                let entry = try AddressEntry(text)
                if let warning = entry.warning { check.warning(field, warning) }
                if let unusual = ConfigurationBuilder.unusual(entry.range) {
                    check.warning(
                        field,
                        "\(text) contains \(unusual), which no network delivers to a Service: use other addresses")
                }
                ranges.append((index, entry.range))
            } catch { check.error(field, error.message) }
        }
        findOverlaps(among: ranges, &check)
        return ranges.map(\.range)
    }

    /// Errors on the later of two entries that overlap.
    private func findOverlaps(among ranges: [(index: Int, range: IPRange)], _ check: inout ObjectCheck) {
        var errors: [(index: Int, message: String)] = []
        var furthest: (index: Int, range: IPRange)?
        for next in ranges.sorted(by: { ($0.range, $0.index) < ($1.range, $1.index) }) {
            guard let before = furthest, before.range.overlaps(next.range) else {
                furthest = next
                continue
            }
            let (first, later) = before.index < next.index ? (before, next) : (next, before)
            errors.append(
                (
                    later.index,
                    "\(later.range) overlaps \(first.range), which is spec.addresses[\(first.index)]: "
                        + "list every address once"
                ))
            if next.range.upper > before.range.upper { furthest = next }
        }
        for error in errors.sorted(by: { ($0.index, $0.message) < ($1.index, $1.message) }) {
            check.error("spec.addresses[\(error.index)]", error.message)
        }
    }

    private func excludedAddresses(_ entries: [String], pool: [IPRange], _ check: inout ObjectCheck) -> [IPRange] {
        check.findRepetitions(entries, "spec.excludedAddresses")
        var index = RangeIndex()
        // A pool in error may overlap itself; then nothing is said of its exclusions.
        if !check.hasError { index.insert(pool, owner: "") }
        var ranges: [IPRange] = []
        for (position, text) in entries.enumerated() {
            let field = "spec.excludedAddresses[\(position)]"
            do throws(AddressEntry.Failure) {
                let entry = try AddressEntry(text, allowsBareAddress: true)
                if let warning = entry.warning { check.warning(field, warning) }
                if !check.hasError, index.overlapping(entry.range) == nil {
                    check.warning(
                        field, "\(text) is not in the pool, so excluding it has no effect: remove or correct it")
                }
                ranges.append(entry.range)
            } catch { check.error(field, error.message) }
        }
        return ranges
    }

    private func allocation(_ allocation: ServiceAllocation, _ check: inout ObjectCheck) -> Pool.Allocation {
        let field = "spec.serviceAllocation"
        let namespaces = allocation.namespaces ?? []
        check.findRepetitions(namespaces, "\(field).namespaces")
        return Pool.Allocation(
            priority: allocation.priority ?? 0, namespaces: Set(namespaces),
            namespaceSelectors: check.selectors(allocation.namespaceSelectors, "\(field).namespaceSelectors"),
            serviceSelectors: check.selectors(allocation.serviceSelectors, "\(field).serviceSelectors"))
    }

    /// What a range holds that is never a Service's address.
    private static func unusual(_ range: IPRange) -> String? {
        unusualPrefixes.first { $0.prefix.overlaps(range) }?.name
    }

    private static let unusualPrefixes: [(name: String, prefix: IPRange)] = [
        ("0.0.0.0/8 (RFC 1122 §3.2.1.3)", "0.0.0.0/8"), ("loopback addresses", "127.0.0.0/8"),
        ("link-local addresses", "169.254.0.0/16"), ("multicast addresses", "224.0.0.0/4"),
        ("the broadcast address", "255.255.255.255/32"), ("the unspecified address", "::/128"),
        ("the loopback address", "::1/128"), ("link-local addresses", "fe80::/10"), ("multicast addresses", "ff00::/8"),
    ].compactMap { name, text in (try? IPPrefix(text)).map { (name, $0.range) } }
}
