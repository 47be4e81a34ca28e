import Foundation
import TestAPIServer
import TestSupport

// Run in a network namespace of its own, by `run` beside this.

let arguments = CommandLine.arguments
guard arguments.count == 3, let services = Int(arguments[2]), services > 0 else {
    print("usage: cluster-benchmark MARTLET SERVICES")
    exit(64)
}
do {
    let isWithinBudgets = try await APIServerUnderTest.run(assets: RealAPIServer.assets) { server in
        try await ClusterBenchmark(server, program: arguments[1], services: services).run()
    }
    exit(isWithinBudgets ? 0 : 1)
} catch {
    print("FAILED: \(error)")
    exit(1)
}
