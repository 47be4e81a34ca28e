/// What a new plan changes for Services, against an old one.
package struct PlanComparison: Hashable, Sendable {
    /// What a Service has in one of the plans.
    package struct Side: Hashable, Sendable {
        package var ips: [String] = []
        /// Who answers at layer 2: `IP NODE`, sorted.
        package var owners: [String] = []
        /// Who advertises: `PREFIX NODE>PEER`, sorted.
        package var routes: [String] = []
        /// The addresses that any node announces, by either protocol.
        package var announcedIPs: Set<String> = []
    }

    package struct Change: Hashable, Sendable {
        package var service: String
        package var before: Side
        package var after: Side
        /// Addresses that it has no more.
        package var lostIPs: [String] { before.ips.filter { !after.ips.contains($0) } }
        /// Addresses that it did not have.
        package var gainedIPs: [String] { after.ips.filter { !before.ips.contains($0) } }
        /// Addresses that it keeps, and that no node announces any more.
        package var unannouncedIPs: [String] {
            after.ips.filter { before.announcedIPs.contains($0) && !after.announcedIPs.contains($0) }
        }
        /// Whether it loses an address, or all who announced one.
        package var isLoss: Bool { !lostIPs.isEmpty || !unannouncedIPs.isEmpty }

        /// A word for what happens: `loses`, `changes`, `gains`, `silent`, `moves` or `routes`.
        package var word: String {
            switch (lostIPs.isEmpty, gainedIPs.isEmpty) {
            case (false, true): "loses"
            case (false, false): "changes"
            case (true, false): "gains"
            case (true, true):
                !unannouncedIPs.isEmpty
                    ? "silent" : before.owners != after.owners ? "moves" : "routes"
            }
        }
    }

    /// Sorted by Service; only those that differ.
    package let changes: [Change]
    package let unchanged: Int
    /// What is wrong with the new manifests.
    package let problems: [ProblemEntry]

    package init(from old: PlanDocument, to new: PlanDocument) {
        let before = PlanComparison.sides(of: old)
        let after = PlanComparison.sides(of: new)
        let names = Set(before.keys).union(after.keys).sorted()
        changes = names.compactMap { name in
            let change = Change(service: name, before: before[name] ?? Side(), after: after[name] ?? Side())
            return change.before == change.after ? nil : change
        }
        unchanged = names.count - changes.count
        problems = new.problems
    }

    /// Whether any Service loses an address, or all who announced one.
    package var hasLoss: Bool { changes.contains(where: \.isLoss) }

    private static func sides(of plan: PlanDocument) -> [String: Side] {
        var sides: [String: Side] = [:]
        for entry in plan.assignments { sides[entry.service] = Side(ips: entry.ips) }
        for entry in plan.announcements {
            sides[entry.service, default: Side()].announcedIPs.insert(entry.ip)
            if entry.isBGP {
                sides[entry.service, default: Side()].routes.append(
                    "\(entry.prefix ?? entry.ip) \(entry.node)>\(entry.peer ?? "")")
            } else {
                sides[entry.service, default: Side()].owners.append("\(entry.ip) \(entry.node)")
            }
        }
        return sides.mapValues { side in
            var side = side
            side.owners = Set(side.owners).sorted()
            side.routes = Set(side.routes).sorted()
            return side
        }
    }
}

extension PlanComparison: JSONRepresentable {
    package var json: JSONValue {
        ["changes": changes.json, "unchanged": unchanged.json, "problems": problems.json]
    }
}

extension PlanComparison.Change: JSONRepresentable {
    package var json: JSONValue {
        [
            "service": service.json, "change": word.json, "isLoss": isLoss.json, "before": before.json,
            "after": after.json,
        ]
    }
}

extension PlanComparison.Side: JSONRepresentable {
    package var json: JSONValue { ["ips": ips.json, "owners": owners.json, "routes": routes.json] }
}
