import TestSupport

/// Makes stories up.
struct StoryTeller {
    let setting: Setting
    private var generator: SeededGenerator

    init(setting: Setting, generator: SeededGenerator) {
        self.setting = setting
        self.generator = generator
    }

    private mutating func chance(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    private mutating func one<Item>(of items: [Item]) -> Item { items[chance(0...items.count - 1)] }
    private mutating func node() -> Int { chance(0...setting.allNodes - 1) }
    private mutating func key() -> Int { chance(0...setting.addresses * setting.clusters - 1) }

    mutating func steps(of campaign: Campaign) -> [Story.Step] {
        var steps: [Story.Step] = []
        var time = 3000 + chance(0...500)
        // One thing at a time, with calm between them; or one thing upon the other.
        let isCalm = chance(0...2) == 0
        if isCalm { time += 5000 }
        for _ in 0..<(isCalm ? 2 : chance(2...7)) {
            steps.append(Story.Step(time, deed(of: campaign)))
            time += isCalm ? chance(7000...8000) : chance(10...3000)
        }
        return steps
    }

    private mutating func deed(of campaign: Campaign) -> Deed {
        switch campaign {
        case .plain: fault()
        case .twins: chance(0...4) == 0 ? attack() : fault()
        case .adversary, .keys: chance(0...2) == 0 ? simpleFault() : attack()
        case .strangers: chance(0...1) == 0 ? simpleFault() : strangers()
        }
    }

    private mutating func span() -> Int { chance(20...4000) }

    private mutating func simpleFault() -> Deed {
        switch chance(0...6) {
        case 0, 1: .kill(node(), for: span())
        case 2: .stop(node(), for: span())
        case 3: .unplug(node(), for: span())
        case 4: .pause(node(), for: span())
        case 5: .toggle(chance(0...setting.addresses - 1))
        default: .cordon(node())
        }
    }

    private mutating func fault() -> Deed {
        switch chance(0...17) {
        case 0...6: return simpleFault()
        case 7, 8:
            var parts: [Int] = []
            for _ in 0...setting.allNodes { parts.append(chance(0...1)) }
            return .part(parts, for: span())
        case 9: return .deafen(node(), to: node(), for: span())
        case 10: return .breakMulticast(for: span())
        case 11: return .lose(chance(1...30), for: span())
        case 12: return .toggle(chance(0...setting.addresses - 1))
        case 13: return .rebalance(node())
        case 14: return .changeMAC(node())
        case 15: return .rename(node())
        case 16: return .freeze(node(), for: chance(20...8000))
        default: return .cordon(node())
        }
    }

    private mutating func strangers() -> Deed {
        switch chance(0...1) {
        case 0:
            .squat(
                key(), late: one(of: [0, 1, 300, 600, 1000]), announces: chance(0...1) == 0, for: chance(1000...8000))
        default: .scan(key(), every: one(of: [100, 500, 1000]), for: chance(1000...8000))
        }
    }

    // MARK: Attacks

    private mutating func source() -> Forgery.Source {
        switch chance(0...5) {
        case 0, 1: .own
        case 2: .madeUp(chance(0...3))
        case 3: .everNew
        default: .of(node())
        }
    }

    private mutating func attack() -> Deed {
        switch chance(0...9) {
        case 0: return .echo(late: one(of: [1, 50, 400, 1500, 5000]), for: chance(500...5000))
        case 1, 2:
            return .replay(
                of: node(), age: chance(50...5000), span: chance(50...2000), times: one(of: [1, 1, 3, 20]),
                every: one(of: [10, 300, 1000]))
        case 3: return .forge(liveness(), times: one(of: [1, 3, 30]), every: one(of: [10, 100, 400]))
        case 4: return .forge(.use(key(), from: source(), to: chance(0...2) == 0 ? node() : nil), times: 1, every: 1)
        case 5: return .forge(greeting(), times: one(of: [1, 5, 300]), every: one(of: [1, 1, 200]))
        default: return .forge(mark(), times: one(of: [1, 1, 2, 5, 12]), every: one(of: [1, 50, 100, 200, 1000]))
        }
    }

    private mutating func liveness() -> Forgery { .liveness(of: node(), state: UInt8(chance(0...3)), from: source()) }

    private mutating func greeting() -> Forgery {
        .mark(
            5, in: .probe, of: node(), about: key(), term: 0, flags: UInt8(one(of: [4, 4, 8, 12])), standing: 0,
            from: one(of: [.everNew, .own, source()]), to: chance(0...1) == 0 ? node() : nil)
    }

    private mutating func mark() -> Forgery {
        .mark(
            UInt8(one(of: [1, 2, 3, 4, 4, 6, 7, 8, 9])), in: one(of: Forgery.Shape.allCases), of: node(), about: key(),
            term: one(of: [0, 1, 2, 3, 7, 0xFFFF_FFFE, .max]), flags: UInt8(one(of: [0, 0, 0, 1, 2, 3])),
            standing: one(of: [0, 0, 1, 15]), from: source(), to: chance(0...2) == 0 ? node() : nil)
    }
}
