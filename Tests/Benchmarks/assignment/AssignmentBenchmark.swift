import AddressPools
import Addresses
import Assignment
import ClusterConfiguration
import KubernetesModel
import Timing

/// How long assigning and releasing take, by how full a pool is; and 50,000 Services at once.
///
/// Each figure is the median of many rounds. The engine's is of the whole way of a Service: from the object to the change. The bare
/// stock's is of the data structure alone. The scan's is of an allocator that walks the pool from its start.
enum AssignmentBenchmark {
    static func run() {
        // First, for what this process holds at most is never less afterwards.
        many()
        print("")
        print("One address assigned or released, ns (a pool of 10.0.0.0/16, 65,536 addresses)")
        row("", ["1 % full", "50 % full", "99.9 % full"])
        let fills = [655, 32_768, 65_470]
        let stock = fills.map(stockFigures)
        row("stock, assign", stock.map { Measurement.text($0.assign) })
        row("stock, release", stock.map { Measurement.text($0.release) })
        let engine = fills.map(engineFigures)
        row("engine, assign", engine.map { Measurement.text($0.assign) })
        row("engine, release", engine.map { Measurement.text($0.release) })
        let scan = fills.map(scanFigures)
        row("scan, assign", scan.map { Measurement.text($0.assign) })
        row("scan, release", scan.map { Measurement.text($0.release) })
        row("scan / engine, assign", zip(scan, engine).map { Measurement.text($0.assign / $1.assign) })
        row("scan / stock, assign", zip(scan, stock).map { Measurement.text($0.assign / $1.assign) })
        print("")
        shapes()
        print("")
        fill()
    }

    private static func row(_ name: String, _ values: [String]) {
        func padded(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        print(name + String(repeating: " ", count: max(0, 26 - name.count)) + values.map { padded($0, 14) }.joined())
    }

    // MARK: One address

    typealias Figures = (assign: Double, release: Double)

    /// Rounds of ever the same: assign `batch`, release them in another order.
    private static let batch = 50
    private static let rounds = 200

    private static func stockFigures(fill: Int) -> Figures {
        var stock = AddressStock(AddressSegments(family: .ipv4, ranges: [range("10.0.0.0/16")]))
        for _ in 0..<fill { _ = stock.takeNext() }
        var generator = Shuffle()
        var (assign, release): ([Double], [Double]) = ([], [])
        for _ in 0..<rounds {
            var given: [IPAddress] = []
            given.reserveCapacity(batch)
            assign.append(
                Measurement.nanosecondsEach(batch) {
                    for _ in 0..<batch { if let address = stock.takeNext() { given.append(address) } }
                })
            given.shuffle(using: &generator)
            release.append(Measurement.nanosecondsEach(batch) { for address in given { stock.free(address) } })
        }
        return (Measurement.median(assign), Measurement.median(release))
    }

    private static func scanFigures(fill: Int) -> Figures {
        var allocator = ScanningAllocator(range: range("10.0.0.0/16"))
        // Filled from the front, as by itself, but without walking for each.
        var next: IPAddress? = allocator.range.lower
        var prepared = 0
        while let address = next, prepared < fill {
            allocator.hold(address)
            next = address.successor
            prepared += 1
        }
        var (assign, release): ([Double], [Double]) = ([], [])
        let rounds = 4
        for _ in 0..<rounds {
            var given: [IPAddress] = []
            assign.append(
                Measurement.nanosecondsEach(batch) {
                    for _ in 0..<batch { if let address = allocator.assign() { given.append(address) } }
                })
            release.append(
                Measurement.nanosecondsEach(batch) {
                    for address in given { allocator.release(address) }
                })
        }
        return (Measurement.median(assign), Measurement.median(release))
    }

    private static func engineFigures(fill: Int) -> Figures {
        engineFigures([Pool(name: "lan", ranges: [range("10.0.0.0/16")])], fill: fill)
    }

    private static func engineFigures(
        _ pools: [Pool], fill: Int, _ change: (inout Service) -> Void = { _ in }
    ) -> Figures {
        var engine = AssignmentEngine()
        _ = engine.handle([.pools(pools)] + (0..<fill).map { event(service($0, change)) }, at: .zero)
        var (assign, release): ([Double], [Double]) = ([], [])
        var generator = Shuffle()
        for _ in 0..<rounds {
            var services = (fill..<fill + batch).map { service($0, change) }
            assign.append(
                Measurement.nanosecondsEach(batch) {
                    for service in services { _ = engine.handle([event(service)], at: .zero) }
                })
            precondition(engine.assignment(of: services[batch - 1].name)?.addresses.isEmpty == false)
            services.shuffle(using: &generator)
            release.append(
                Measurement.nanosecondsEach(batch) {
                    for service in services { _ = engine.handle([.serviceRemoved(service.name)], at: .zero) }
                })
        }
        return (Measurement.median(assign), Measurement.median(release))
    }

    // MARK: Shapes of pools

    private static func shapes() {
        print("The engine with other pools and demands, ns")
        row("", ["assign", "release"])
        func show(_ name: String, _ figures: Figures) {
            row(name, [Measurement.text(figures.assign), Measurement.text(figures.release)])
        }
        show(
            "a /64, 1,000 held",
            engineFigures([Pool(name: "six", ranges: [range("2001:db8::/64")])], fill: 1000, makeIPv6))
        show("::/0, 1,000 held", engineFigures([Pool(name: "six", ranges: [range("::/0")])], fill: 1000, makeIPv6))
        let scattered = (0..<10_000).map { range("10.\($0 / 256).\($0 % 256).7/32") }
        show("10,000 ranges, 9,900 held", engineFigures([Pool(name: "lan", ranges: scattered)], fill: 9_900))
        let pools = (0..<1000).map { Pool(name: "p\($0)", ranges: [range("10.\($0 / 256).\($0 % 256).0/28")]) }
        show("1,000 pools, 15,900 held", engineFigures(pools, fill: 15_900))
        show(
            "sharing, 10,000 held",
            engineFigures([Pool(name: "lan", ranges: [range("10.0.0.0/16")])], fill: 10_000) { service in
                service.metadata.annotations = ["martlet.dev/allow-shared-ip": "k"]
            })
        show(
            "exhausted, 10,000 wait",
            waitingFigures())
    }

    /// One Service leaves a full pool for which 10,000 wait, and comes back as the last of those.
    private static func waitingFigures() -> Figures {
        var engine = AssignmentEngine()
        let pool = Pool(name: "lan", ranges: [range("10.0.0.0/24")])
        _ = engine.handle([.pools([pool])] + (0..<10_256).map { event(service($0)) }, at: .zero)
        var (assign, release): ([Double], [Double]) = ([], [])
        for number in 0..<1000 {
            release.append(
                Measurement.nanosecondsEach(1) {
                    _ = engine.handle([.serviceRemoved(service(number).name)], at: .zero)
                })
            assign.append(
                Measurement.nanosecondsEach(1) {
                    _ = engine.handle([event(service(20_000 + number))], at: .zero)
                })
        }
        precondition(engine.counts.first?.assigned == 256)
        return (Measurement.median(assign), Measurement.median(release))
    }

    // MARK: Many

    private static func fill() {
        var engine = AssignmentEngine()
        _ = engine.handle([.pools([Pool(name: "lan", ranges: [range("10.0.0.0/16")])])], at: .zero)
        let services = (0..<65_536).map { service($0) }
        let each = Measurement.nanosecondsEach(services.count) {
            for service in services { _ = engine.handle([event(service)], at: .zero) }
        }
        precondition(engine.counts.first?.assigned == 65_536)
        var scan = ScanningAllocator(range: range("10.0.0.0/16"))
        let scanned = 16_384
        let scanEach = Measurement.nanosecondsEach(scanned) { for _ in 0..<scanned { _ = scan.assign() } }
        print("A /16 filled one by one: \(seconds(each * 65_536)) in all, \(Measurement.text(each)) ns each")
        print(
            "The scan, for a quarter of it: \(seconds(scanEach * Double(scanned))), \(Measurement.text(scanEach)) ns each; "
                + "\(Measurement.text(scanEach / each)) times as much each, and growing")
    }

    private static func many() {
        print("50,000 Services on 10.0.0.0/15")
        let before = Measurement.peakMemory ?? 0
        let services = (0..<50_000).map { service($0) }
        let input = Measurement.peakMemory ?? 0
        var engine = AssignmentEngine()
        let pools = AssignmentEvent.pools([Pool(name: "lan", ranges: [range("10.0.0.0/15")])])
        func measure(_ name: String, _ work: () -> Void) {
            let time = Measurement.nanosecondsEach(1, work)
            row(name, [seconds(time), "peak \(Measurement.peakMemory.map(String.init) ?? "?") MiB"])
        }
        measure("all at once") { _ = engine.handle([pools] + services.map(event), at: .zero) }
        measure("half deleted, one by one") {
            for number in stride(from: 0, to: services.count, by: 2) {
                _ = engine.handle([.serviceRemoved(services[number].name)], at: .zero)
            }
        }
        precondition(engine.counts.first?.assigned == 25_000)
        measure("added again, one by one") {
            for number in stride(from: 0, to: services.count, by: 2) {
                _ = engine.handle([event(services[number])], at: .zero)
            }
        }
        precondition(engine.counts.first?.assigned == 50_000)
        measure("a pool is renamed") {
            _ = engine.handle([.pools([Pool(name: "wan", ranges: [range("10.0.0.0/15")])])], at: .zero)
        }
        measure("all listed") { precondition(engine.assignments.count == 50_000) }
        let state = engine.state(at: .zero, unixTime: 0)
        measure("restored from its state") {
            var other = AssignmentEngine()
            _ = other.restore(state, at: .zero, unixTime: 0)
            _ = other.handle([pools] + services.map(event), at: .zero)
            precondition(other.counts.first?.assigned == 50_000)
        }
        print("Before: \(before) MiB; with the Services themselves: \(input) MiB")
    }

    private static func seconds(_ nanoseconds: Double) -> String {
        "\(Measurement.text(nanoseconds / 1_000_000)) ms"
    }

    // MARK: Things

    private static func range(_ text: String) -> IPRange {
        guard let prefix = try? IPPrefix(text) else { preconditionFailure("\(text) is no prefix") }
        return prefix.range
    }

    private static func service(_ number: Int, _ change: (inout Service) -> Void = { _ in }) -> Service {
        var spec = ServiceSpec()
        spec.type = "LoadBalancer"
        spec.ports = [ServicePort(port: 80)]
        spec.selector = ["app": "web"]
        var service = Service(
            metadata: ObjectMeta(
                name: "service-\(number)", namespace: "namespace-\(number % 50)", labels: ["app": "web"]),
            spec: spec)
        change(&service)
        return service
    }

    private static func makeIPv6(_ service: inout Service) { service.spec?.ipFamilies = ["IPv6"] }

    private static func event(_ service: Service) -> AssignmentEvent { .service(service, rank: 0) }
}
