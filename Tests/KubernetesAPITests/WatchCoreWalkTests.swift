import KubernetesModel
import TestSupport
import Testing
import Timing

@testable import KubernetesAPI

/// A server whose objects change at random, and whose lists and watches fail at random.
private struct Server {
    struct Change {
        let version: Int
        let line: WatchLine<Namespace>
    }

    var objects: [String: Namespace] = [:]
    var history: [Change] = []
    var version = 1
    /// What is older than this is forgotten.
    var oldest = 1
    private var backup: (objects: [String: Namespace], version: Int)?

    mutating func save() { backup = (objects, version) }

    /// Is as it was when it was saved, and has a new history, with the same numbers. `false` if nothing is different.
    mutating func restore() -> Bool {
        guard let backup, backup.version < version else { return false }
        (objects, version) = backup
        history = []
        oldest = version
        return true
    }

    mutating func change(using generator: inout SeededGenerator) {
        version += 1
        let name = "n\(Int.random(in: 0..<8, using: &generator))"
        let old = objects[name]
        var metadata = ObjectMeta(name: name)
        metadata.uid = old?.metadata.uid ?? "uid-\(name)-\(version)"
        metadata.resourceVersion = String(version)
        let object = Namespace(metadata: metadata)
        if old != nil, Bool.random(using: &generator) {
            objects[name] = nil
            history.append(Change(version: version, line: .deleted(WatchCoreTests.read(object))))
        } else {
            objects[name] = object
            let item = WatchCoreTests.read(object)
            history.append(Change(version: version, line: old == nil ? .added(item) : .modified(item)))
        }
        if Int.random(in: 0..<6, using: &generator) == 0 { oldest = version }
    }
}

@Suite("A watch against a server that fails at random")
struct WatchCoreWalkTests {
    typealias Core = WatchCore<Namespace>

    /// What a listener knows by the events alone, and the rules that they must keep.
    struct Listener {
        var objects: [String: Namespace] = [:]
        var readyCount = 0
        /// Whether what is known may be told again.
        var isSetBack = false
        var faults: [String] = []

        mutating func hear(_ output: Core.Output) {
            switch output {
            case .event(.initial(let object)):
                if readyCount > 0 { faults.append("initial after ready") }
                if objects.updateValue(object, forKey: object.metadata.name) != nil { faults.append("initial twice") }
            case .event(.ready): readyCount += 1
            case .event(.applied(let object)):
                let old = objects.updateValue(object, forKey: object.metadata.name)
                if old == object, !isSetBack { faults.append("applied without a difference") }
            case .event(.deleted(let name)):
                if objects.removeValue(forKey: name.name) == nil { faults.append("deleted what is not there") }
            case .unreadable, .cured: faults.append("left out")
            case .setBack: isSetBack = true
            }
        }
    }

    /// One random life: then the faults end, and the listener must know exactly what the server has.
    ///
    /// - Parameter isRestored: whether the server's state is once set back.
    static func walk(seed: UInt64, isRestored: Bool = false) -> [String] {
        var generator = SeededGenerator(seed: seed)
        var server = Server()
        var core = WatchCoreTests.makeCore()
        var listener = Listener()
        /// The list that is being read: its state, and how much of it has been told.
        var list: (objects: [Namespace], version: Int, told: Int)?
        var mustFail = false
        for step in 0..<(isRestored ? 460 : 400) {
            let isCalm = step >= 340
            if isRestored, step == 100 { server.save() }
            if isRestored, step == 300 { mustFail = server.restore() }
            if !isCalm, Int.random(in: 0..<2, using: &generator) == 0 { server.change(using: &generator) }
            let fails = !isCalm && Int.random(in: 0..<5, using: &generator) == 0
            let event: Core.Event
            switch core.step {
            case .end: return ["ended, though the kind is there"]
            case .wait: event = .waited
            case .awaitServer:
                event = .serverAnswers(wasDown: mustFail || Bool.random(using: &generator))
                mustFail = false
            case .look: event = fails ? .failed(WatchCoreTests.busy, after: .zero) : .looked(String(server.version))
            case _ where mustFail: event = .failed(WatchCoreTests.down, after: .seconds(1))
            case .list(let token, let isPaged):
                if token == nil {
                    list = (server.objects.values.sorted { $0.metadata.name < $1.metadata.name }, server.version, 0)
                }
                guard let current = list else { return ["a page of no list"] }
                if token != nil, current.version < server.oldest {
                    event = .failed(WatchCoreTests.gone, after: .zero)
                } else if fails {
                    event = .failed(
                        Bool.random(using: &generator) ? WatchCoreTests.down : WatchCoreTests.busy, after: .zero)
                } else {
                    let size = isPaged ? Int.random(in: 1...3, using: &generator) : 100
                    let part = Array(current.objects.dropFirst(current.told).prefix(size))
                    list?.told += part.count
                    let more = current.told + part.count < current.objects.count
                    event = WatchCoreTests.page(part, version: current.version, token: more ? "t" : nil)
                }
            case .watch(let text, _):
                let version = Int(text) ?? -1
                if core.mustLook, !fails {
                    for output in core.handle(.looked(String(server.version)), using: &generator) {
                        listener.hear(output)
                    }
                    guard case .watch = core.step else { continue }
                }
                if version + 1 < server.oldest {
                    event =
                        Bool.random(using: &generator)
                        ? .failed(WatchCoreTests.gone, after: .zero) : .line(.error(WatchCoreTests.status))
                } else if fails {
                    event =
                        Bool.random(using: &generator)
                        ? .failed(WatchCoreTests.down, after: .seconds(1)) : .ended(after: .seconds(60))
                } else if let next = server.history.first(where: { $0.version > version }) {
                    event = .line(next.line)
                } else if version > server.version {
                    // A watch from the future stands and says nothing.
                    event = .ended(after: .seconds(60))
                } else {
                    event = .line(.bookmark(resourceVersion: String(server.version)))
                }
            }
            for output in core.handle(event, using: &generator) { listener.hear(output) }
            // A watch goes on where its own resourceVersion is; the shell only asks again when the connection ends.
            if case .line = event, case .watch = core.step {
                _ = core.handle(.ended(after: .seconds(60)), using: &generator)
            }
        }
        if listener.readyCount != 1 { listener.faults.append("ready \(listener.readyCount) times") }
        if listener.objects != server.objects { listener.faults.append("does not know what is there") }
        return listener.faults
    }

    @Test("2,000 lives: each change told once, no deletion lost, ready once") func walks() {
        let first = UInt64.random(in: 0..<1_000_000)
        print("seeds \(first)..<\(first + 2000)")
        for seed in first..<first + 2000 {
            let faults = Self.walk(seed: seed)
            #expect(faults.isEmpty, "seed \(seed): \(faults)")
            if !faults.isEmpty { return }
        }
    }

    @Test("2,000 lives with a restored backup: afterwards all is known that is there, and nothing else") func restored()
    {
        let first = UInt64.random(in: 0..<1_000_000)
        print("seeds \(first)..<\(first + 2000)")
        for seed in first..<first + 2000 {
            let faults = Self.walk(seed: seed, isRestored: true)
            #expect(faults.isEmpty, "seed \(seed): \(faults)")
            if !faults.isEmpty { return }
        }
    }
}
