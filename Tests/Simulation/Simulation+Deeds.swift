import Announcement
import ClusterConfiguration
import KubernetesModel
import LinkLayer
import Timing

@testable import NodeDecisions

// What is done to the world, and how it ends.
extension Simulation {
    mutating func happenToWorld(_ happening: Happening) {
        switch happening {
        case .step(let number):
            let deed = story.steps[number].deed
            note("\(deed)")
            perform(deed)
        case .starts(let number): start(number)
        case .isGone(let number): stop(number)
        case .resumes(let number): resume(number)
        case .thaws(let number):
            guard nodes[number].isFrozen else { return }
            disturb()
            nodes[number].thaw(at: now)
            service.setReady(number, from: now.advanced(by: settling))
            collect(number)
        case .linkUp(let number):
            isLinkUp[number] = true
            disturb()
            setLink(number)
            service.setReady(number, from: now.advanced(by: settling))
        case .unites:
            unite()
        case .hears(let number, let other):
            deafTo.remove([number, other])
            disturb()
        case .multicastPasses:
            isMulticastBroken = false
            disturb()
        case .lossEnds:
            loss = 0
            disturb()
        case .hostLeaves(let number):
            hosts[number] = nil
            disturb()
        case .hostSends(let number, let every):
            guard let host = hosts[number] else { return }
            transmit(
                Recorded(time: now, from: -1, octets: host.delay == nil ? host.probe : host.announcement))
            schedule(.hostSends(number, every: every), in: every)
        case .forges(let forgery, let left, let every):
            service.noteAttack(at: now)
            forge(forgery)
            if left > 1 { schedule(.forges(forgery, left: left - 1, every: every), in: every) }
        case .sends, .echoEnds: happenToTape(happening)
        case .turmoilEnds: endTurmoil()
        case .looks:
            checkFootprints()
            schedule(.looks, in: .seconds(1))
        default: break
        }
    }

    private mutating func happenToTape(_ happening: Happening) {
        switch happening {
        case .sends(let recorded):
            service.noteAttack(at: now)
            spread(recorded)
        case .echoEnds: echo = nil
        default: break
        }
    }

    private mutating func unite() {
        part = part.map { _ in 0 }
        disturb()
        if Campaign.excusesYielding { service.excuse(until: now.advanced(by: Setting.announceInterval)) }
        // By then it has asked again for what it could not hear of.
        for address in unheardOf {
            service.judge(address, byCacheFrom: now.advanced(by: SimulatedClient.longestDelusion))
        }
        unheardOf = []
    }

    /// How long a node needs until it can be expected to take part.
    var settling: Duration { setting.detectionTime + .seconds(1) }

    private mutating func start(_ number: Int) {
        guard !isRunning[number] else { return }
        isRunning[number] = true
        isLeaving[number] = false
        isPaused[number] = false
        nodes[number].restart()
        setLink(number)
        // The cluster is read at once, or a little later.
        let due = max(now.advanced(by: .milliseconds(chance(0...200))), lastUpdates[number])
        lastUpdates[number] = due
        schedule(.updated(wholeUpdate(nodes[number].cluster), to: number), in: now.duration(to: due))
        service.setReady(number, from: now.advanced(by: settling))
        disturb()
        collect(number)
    }

    private mutating func stop(_ number: Int) {
        isRunning[number] = false
        isLeaving[number] = false
        touched.append(number)
        waiting[number] = []
        deadlines.set(number, at: nil)
    }

    private mutating func resume(_ number: Int) {
        guard isPaused[number] else { return }
        isPaused[number] = false
        disturb()
        service.setReady(number, from: now.advanced(by: settling))
        // What waits to be read is read before deadlines are looked at.
        let all = waiting[number]
        waiting[number] = []
        for happening in all { reach(number, happening) }
        collect(number)
    }

    private mutating func setLink(_ number: Int) {
        nodes[number].setLink(isUp: isLinkUp[number], at: now)
        collect(number)
    }

    // MARK: The cluster

    private func nodeObjects(_ cluster: Int) -> [Node] {
        members(cluster).map { number in
            Node(
                metadata: ObjectMeta(name: nodes[number].name),
                spec: NodeSpec(unschedulable: cordoned.contains(number)))
        }
    }

    private func announcedService(_ key: Int) -> AnnouncedService {
        AnnouncedService(
            NamespacedName(namespace: "default", name: "s\(key)"), addresses: [.init(address(key), pool: "lan")])
    }

    private func keys(_ cluster: Int) -> [Int] { services.sorted().map { $0 + cluster * setting.addresses } }

    private func wholeUpdate(_ cluster: Int) -> SpeakerUpdate {
        SpeakerUpdate(
            configuration: Configuration(layer2Advertisements: [Layer2Advertisement(name: "all")]),
            nodes: nodeObjects(cluster), services: keys(cluster).map(announcedService))
    }

    /// Every node of a cluster learns of it, each in its own time.
    private mutating func tell(_ cluster: Int, _ update: SpeakerUpdate) {
        for number in members(cluster) where isRunning[number] {
            let due = max(now.advanced(by: .milliseconds(chance(0...300))), lastUpdates[number])
            lastUpdates[number] = due
            schedule(.updated(update, to: number), in: now.duration(to: due))
        }
    }

    // MARK: Deeds

    /// Who hears whom is to be found out again.
    mutating func disturb() {
        doubles.disturb(at: now)
        service.disturb(at: now)
    }

    private mutating func perform(_ deed: Deed) {
        switch deed {
        case .kill(let number, _), .stop(let number, _), .unplug(let number, _), .pause(let number, _),
            .freeze(let number, _), .changeMAC(let number), .rename(let number), .cordon(let number),
            .rebalance(let number):
            if nodes.indices.contains(number) { perform(deed, on: number) }
        case .part, .deafen, .breakMulticast, .lose: performOnSegment(deed)
        case .toggle(let key): toggle(key)
        case .forge(let forgery, let times, let every):
            schedule(.forges(forgery, left: times, every: .milliseconds(every)), in: .zero)
        case .replay(let node, let age, let span, let times, let every):
            replay(of: node, age: age, span: span, times: times, every: every)
        case .echo(let late, let time):
            echo = .milliseconds(late)
            schedule(.echoEnds, in: .milliseconds(time))
        case .squat(let key, let late, let announces, let time):
            let number = addHost(key, answersAfter: .milliseconds(late), for: time)
            if announces { schedule(.hostSends(number, every: .seconds(2)), in: .zero) }
        case .scan(let key, let every, let time):
            let number = addHost(key, answersAfter: nil, for: time)
            schedule(.hostSends(number, every: .milliseconds(every)), in: .zero)
        }
    }

    private mutating func perform(_ deed: Deed, on number: Int) {
        switch deed {
        case .kill(_, let time) where isRunning[number]:
            disturb()
            stop(number)
            schedule(.starts(number), in: .milliseconds(time))
            // Nobody notices, and the node itself listens first: what it had is dead until somebody asks for it.
            if .milliseconds(time) < setting.detectionTime + .milliseconds(300) {
                service.excuse(until: now.advanced(by: .milliseconds(time) + settling + .seconds(4)))
            }
        case .stop(_, let time) where isRunning[number] && !isLeaving[number] && !isPaused[number]:
            disturb()
            isLeaving[number] = true
            nodes[number].leave(at: now)
            collect(number)
            schedule(.isGone(number), in: .milliseconds(510))
            schedule(.starts(number), in: .milliseconds(520 + time))
        case .unplug(_, let time) where isLinkUp[number]:
            disturb()
            isLinkUp[number] = false
            setLink(number)
            schedule(.linkUp(number), in: .milliseconds(time))
        case .pause(_, let time) where isRunning[number] && !isPaused[number]:
            disturb()
            isPaused[number] = true
            deadlines.set(number, at: nil)
            touched.append(number)
            schedule(.resumes(number), in: .milliseconds(time))
        case .freeze(_, let time) where isRunning[number] && !nodes[number].isFrozen:
            disturb()
            nodes[number].freeze(at: now)
            collect(number)
            schedule(.thaws(number), in: .milliseconds(time))
        case .changeMAC where isRunning[number] && !nodes[number].isFrozen && !isPaused[number]:
            disturb()
            nodes[number].changeHardwareAddress(at: now)
            if part[number] != part[nodes.count] { unheardOf.formUnion(nodes[number].held) }
            collect(number)
        case .rename where isRunning[number] && !nodes[number].isFrozen && !isPaused[number]:
            disturb()
            // Its roles are of the new name from then on. In one of some two thousand stories the others take it for the
            // holder until they ask it.
            service.excuse(until: now.advanced(by: .seconds(2)))
            nodes[number].rename(at: now)
            collect(number)
        case .cordon:
            disturb()
            cordoned.formSymmetricDifference([number])
            if Campaign.excusesYielding { service.excuse(until: now.advanced(by: Setting.announceInterval * 2)) }
            tell(nodes[number].cluster, SpeakerUpdate(nodes: nodeObjects(nodes[number].cluster)))
        case .rebalance where isRunning[number]:
            disturb()
            schedule(.event(.rebalanced, to: number), in: .zero)
        default: break
        }
    }

    private mutating func performOnSegment(_ deed: Deed) {
        switch deed {
        case .part(let parts, let time):
            guard parts.count == part.count else { return }
            disturb()
            part = parts
            schedule(.unites, in: .milliseconds(time))
        case .deafen(let number, let other, let time):
            guard nodes.indices.contains(number), nodes.indices.contains(other) else { return }
            disturb()
            deafTo.insert([number, other])
            schedule(.hears(number, other), in: .milliseconds(time))
        case .breakMulticast(let time):
            disturb()
            isMulticastBroken = true
            schedule(.multicastPasses, in: .milliseconds(time))
        case .lose(let share, let time):
            disturb()
            loss = Double(share) / 100
            schedule(.lossEnds, in: .milliseconds(time))
        default: break
        }
    }

    private mutating func toggle(_ place: Int) {
        guard (0..<setting.addresses).contains(place) else { return }
        disturb()
        let isNew = services.remove(place) == nil
        if isNew { services.insert(place) }
        for cluster in 0..<setting.clusters {
            let key = place + cluster * setting.addresses
            if isNew {
                client.use(address(key), at: now)
                tell(cluster, SpeakerUpdate(services: [announcedService(key)]))
            } else {
                client.forget(address(key))
                tell(cluster, SpeakerUpdate(removed: [announcedService(key).name]))
            }
            service.setWanted(key, isNew, at: now.advanced(by: .milliseconds(500)))
            service.touch(address(key))
        }
        rouseClient()
    }

    private mutating func addHost(_ key: Int, answersAfter delay: Duration?, for time: Int) -> Int {
        disturb()
        hostsMade += 1
        hosts[hostsMade] = SimulatedHost(number: hostsMade, address: address(key), answersAfter: delay)
        schedule(.hostLeaves(hostsMade), in: .milliseconds(time))
        if delay != nil {
            // Until the conflict is known to be over; who asks for the address then holds it up once more.
            let patience = Setting.conflictRetryLimit * 2 + .seconds(2)
            service.exempt(address(key), until: now.advanced(by: .milliseconds(time) + patience))
        }
        return hostsMade
    }

    private mutating func replay(of node: Int, age: Int, span: Int, times: Int, every: Int) {
        let begin = now.advanced(by: .milliseconds(-age))
        let recorded = tape.filter {
            $0.from == node && $0.time >= begin && $0.time < begin.advanced(by: .milliseconds(span))
        }
        for turn in 0..<times {
            for item in recorded {
                schedule(
                    .sends(Recorded(time: now, from: -1, octets: item.octets, source: item.source)),
                    in: begin.duration(to: item.time) + .milliseconds(turn * max(every, span)))
            }
        }
    }

    private mutating func endTurmoil() {
        note("the turmoil ends")
        disturb()
        loss = 0
        unite()
        deafTo = []
        isMulticastBroken = false
        echo = nil
        hosts = [:]
        cordoned = []
        for cluster in 0..<setting.clusters { tell(cluster, SpeakerUpdate(nodes: nodeObjects(cluster))) }
        for number in nodes.indices {
            if !isLinkUp[number] {
                isLinkUp[number] = true
                setLink(number)
            }
            resume(number)
            if nodes[number].isFrozen {
                nodes[number].thaw(at: now)
                collect(number)
            }
            start(number)
        }
    }
}
