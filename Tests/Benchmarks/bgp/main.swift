import Glibc

// Martlet's BGP speaker alone, with as many routes and peers as a benchmark wants:
//
//     bgp-benchmark speak LOCAL FIRST PEERS ROUTES     waits for PEERS peers, at FIRST and the addresses after it
//     bgp-benchmark feed LOCAL PEER ROUTES             connects to a daemon under test, to give it its routes
//
// Orders come as lines: `withdraw`, `announce`, and `change COUNT`, which prints the moment of each change.

let arguments = CommandLine.arguments
guard let benchmark = BGPBenchmark(arguments.dropFirst()) else {
    print("usage: bgp-benchmark speak LOCAL FIRST PEERS ROUTES | feed LOCAL PEER ROUTES")
    exit(64)
}
try await benchmark.run()
