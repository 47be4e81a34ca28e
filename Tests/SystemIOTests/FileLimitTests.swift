import SystemIO
import Testing

@Suite("Limit of open files") struct FileLimitTests {
    @Test("a limit → enough, or a sentence with both numbers and the remedy") func obstacle() {
        let rows: [(limit: Int, needed: Int, processors: Int, isTooLow: Bool)] = [
            (15, 224, 2, true), (231, 224, 2, true), (232, 224, 2, false), (256, 224, 64, true),
            (65_536, 224, 64, false),
        ]
        for row in rows {
            let obstacle = FileLimit.obstacle(row.limit, needed: row.needed, processors: row.processors)
            #expect((obstacle != nil) == row.isTooLow, "\(row)")
            if let obstacle {
                let least = row.needed + 4 * row.processors
                #expect(obstacle.contains("\(row.limit) files") && obstacle.contains("ulimit -n \(least)"))
            }
        }
    }

    @Test("the limit of this process is raised, and not lowered when it is raised again") func raise() {
        let first = FileLimit.raise()
        #expect(first != nil && FileLimit.raise() == first)
    }
}
