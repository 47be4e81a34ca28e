// Hours of seeds: see Tests/Simulate/run.
import Glibc
import Simulation

var campaigns = Campaign.allCases
var first: UInt64 = 1
var count: UInt64 = 1000
var finds = 3
var traces = false
var shrinks = true
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
    switch argument {
    case "--campaign": campaigns = arguments.popFirst().flatMap { Campaign(rawValue: $0) }.map { [$0] } ?? []
    case "--first": first = arguments.popFirst().flatMap { UInt64($0) } ?? 1
    case "--seeds": count = arguments.popFirst().flatMap { UInt64($0) } ?? 1
    case "--finds": finds = arguments.popFirst().flatMap { Int($0) } ?? 1
    case "--trace": traces = true
    case "--no-shrinking": shrinks = false
    default:
        print("simulate: there is no argument '\(argument)'. See Tests/Simulate/run --help.")
        campaigns = []
    }
}

var found = 0
for campaign in campaigns {
    var frames = 0
    var gap = Duration.zero
    var double = Duration.zero
    for seed in first..<first + count where found < finds {
        let story = campaign.story(seed: seed)
        var simulation = Simulation(story, traces: traces)
        let violations = simulation.run()
        frames += simulation.framesSent
        gap = max(gap, simulation.longestGap)
        double = max(double, simulation.longestDouble)
        if traces { print(simulation.log.joined(separator: "\n")) }
        guard !violations.isEmpty else { continue }
        found += 1
        print("seed \(seed) of \(campaign): \(violations.map(\.description).joined(separator: "\n"))\n\(story)")
        guard shrinks else { continue }
        let shrunk = Shrinker.shrink(story)
        print("shrunk:\n\(shrunk.story)\n\(shrunk.violations.map(\.description).joined(separator: "\n"))")
    }
    print("\(campaign): from seed \(first) on \(count), \(frames) frames, longest gap \(gap), two owners for \(double)")
}
print("\(found) found")
exit(found == 0 && !campaigns.isEmpty ? 0 : 1)
