import Addresses
import LinkLayer
import NodeDecisions
import Timing

// What is checked, after everything that happens and at the end.
extension Simulation {
    mutating func look() {
        if !touched.isEmpty {
            let dirty = touched
            touched.removeAll(keepingCapacity: true)
            for number in dirty {
                let held = isRunning[number] ? nodes[number].held : []
                let changed = doubles.update(number, held)
                for address in changed {
                    service.touch(address)
                    if part[number] != part[nodes.count] { unheardOf.insert(address) }
                    noteHolding(of: address, by: number, isHeld: held.contains(address))
                    guard held.contains(address), let key = key(address, cluster: nodes[number].cluster) else {
                        continue
                    }
                    if let before = owner[key], before != number { moves += 1 }
                    owner[key] = number
                }
                frames.check(number, nodes[number], isAttacked: story.hasAttacks, at: now)
            }
        }
        if doubles.hasDoubles {
            doubles.check(at: now, bond: { [self] in bond($0, $1) }, hasLoss: loss > 0)
        }
        checkService()
    }

    /// A host that uses a new address within two seconds of the last probe has it (RFC 5227 §2.1.1): the claim is undone, and
    /// the conflict reported. Whoever forges such a frame is such a host, until the address is probed for again. An address
    /// that a speaker has had for longer is not given up to anybody.
    private mutating func noteHolding(of address: IPAddress, by number: Int, isHeld: Bool) {
        let holding = Holding(node: number, address: address)
        guard !isHeld else {
            heldSince[holding] = now
            return
        }
        guard let since = heldSince.removeValue(forKey: holding), isRunning[number], story.hasAttacks,
            since.duration(to: now) < ClaimPace().lateAnswer, nodes[number].reportsConflict(over: address)
        else { return }
        service.exempt(address, until: now.advanced(by: Setting.conflictRetryLimit + .seconds(2)))
    }

    /// Whether frames pass between two nodes both ways, and each counts the other among the living.
    private func bond(_ a: Int, _ b: Int) -> DoubleWatch.Bond {
        guard nodes[a].cluster == nodes[b].cluster, !nodes[a].isFrozen, !nodes[b].isFrozen else { return .none }
        guard isLinkUp[a], isLinkUp[b], !isPaused[a], !isPaused[b], part[a] == part[b], loss == 0 else { return .none }
        let (ab, ba) = (a * nodes.count + b, b * nodes.count + a)
        let change = service.lastDisturbance
        guard lastHeard[ab] > change, lastHeard[ba] > change else { return .none }
        guard !isMulticastBroken, !deafTo.contains([a, b]), !deafTo.contains([b, a]) else { return .none }
        let isMutual =
            nodes[a].speaker.heardNodes.contains(nodes[b].name)
            && nodes[b].speaker.heardNodes.contains(nodes[a].name)
        guard isMutual else { return .none }
        return gained[ab] > change || gained[ba] > change ? .reunited : .unbroken
    }

    // MARK: Service

    /// Whether the client's frames reach a node that works, and its frames the client.
    private func isReachable(_ number: Int) -> Bool {
        isRunning[number] && isLinkUp[number] && !isPaused[number] && !nodes[number].isFrozen
            && part[number] == part[nodes.count]
    }

    /// Whether a node that the client reaches answers for it.
    private func isAnswered(_ address: IPAddress) -> Bool {
        nodes.indices.contains { isReachable($0) && nodes[$0].held.contains(address) }
    }

    /// Whether what the client sends to the address comes to such a node.
    func isReached(_ address: IPAddress) -> Bool {
        guard let neighbor = client.neighbor(address) else { return false }
        return nodes.indices.contains {
            nodes[$0].hardwareAddress == neighbor && isReachable($0) && nodes[$0].held.contains(address)
        }
    }

    private mutating func checkService() {
        guard service.hasWork else { return }
        var world = ServiceWatch.World()
        world.isTroubled = !deafTo.isEmpty || isMulticastBroken
        world.hasLoss = loss > 0
        for address in service.takeTouched() {
            for cluster in 0..<setting.clusters {
                guard let key = key(address, cluster: cluster) else { continue }
                // Whoever forges frames to the client can have it send anywhere; that is not ours to fix.
                let isBlind =
                    story.hasAttacks || setting.hasStrangeSpeakers || unheardOf.contains(address)
                    || !service.judgesByCache(address, at: now)
                let isServed = isBlind ? isAnswered(address) : isReached(address)
                service.set(key, isServed: isServed, at: now)
            }
        }
        guard service.isDue(at: now) else { return }
        service.check(
            at: now, world, address: { [self] in address($0) },
            eligible: { [self] key in
                members(cluster(key)).filter { isReachable($0) && !isLeaving[$0] && !cordoned.contains($0) }
            },
            isInConflict: { [self] key in
                members(cluster(key)).contains { isReachable($0) && nodes[$0].reportsConflict(over: address(key)) }
            })
        if !service.violations.isEmpty {
            for number in nodes.indices { note("node \(number) holds \(nodes[number].held.sorted())") }
        }
    }

    // MARK: Frames and memory

    mutating func checkFootprints() {
        guard story.hasFloods else { return }
        for number in nodes.indices where isRunning[number] && !nodes[number].isFrozen {
            frames.checkFootprint(number, nodes[number], at: now)
        }
    }

    // MARK: The end

    func verdict() -> [Violation] {
        var wrong: [Violation] = []
        let alive = nodes.indices.filter { isRunning[$0] }
        for key in 0..<setting.addresses * setting.clusters {
            let address = address(key)
            let holders = alive.filter { nodes[$0].cluster == cluster(key) && nodes[$0].held.contains(address) }
            let isWanted = services.contains(key % setting.addresses)
            if setting.hasStrangeSpeakers, isWanted {
                // At least one, and where there are two, both know.
                let all = alive.filter { nodes[$0].held.contains(address) }
                if all.isEmpty { wrong.append(Violation(kind: .end, text: "nobody holds \(address)")) }
                if holders.count > 1, setting.keys != .odd {
                    wrong.append(Violation(kind: .end, text: "\(address) is held by \(holders) of one cluster"))
                }
                if all.count > 1, !all.allSatisfy({ nodes[$0].reportsConflict(over: address) }) {
                    wrong.append(Violation(kind: .end, text: "\(address) is held by \(all), and not all say so"))
                }
                continue
            }
            if holders.count != (isWanted ? 1 : 0) {
                wrong.append(Violation(kind: .end, text: "\(address) is held by \(holders)"))
            }
        }
        return wrong
    }
}
