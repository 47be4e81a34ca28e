import ArgumentParser
import Logging
import Presentation
import RecordingFile
import SystemIO

/// Whether a process writes down what it decides from, for `martlet replay`.
struct RecordingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Record what the decisions follow from, without secrets, in this file, for martlet replay. A file of that name is \
            kept with .1 behind its name.
            """, valueName: "file"))
    var record: String?

    @Option(
        help: ArgumentHelp(
            "The octets at which a recording ends, with K, M or G for powers of 1024.", valueName: "size"))
    var recordLimit = "64M"

    func validate() throws { _ = try limit() }

    private func limit() throws -> Int {
        let units = ["K": 10, "M": 20, "G": 30]
        let unit = recordLimit.last.flatMap { units[$0.uppercased()] }
        guard let number = Int(unit == nil ? recordLimit[...] : recordLimit.dropLast()), number > 0,
            number <= 1 << 30, number << (unit ?? 0) >= 1 << 16, number << (unit ?? 0) <= 1 << 40
        else {
            throw ValidationError("--record-limit \(recordLimit): expected a size from 64K to 1024G, such as 64M")
        }
        return number << (unit ?? 0)
    }

    /// Begins the recording, if one is wanted.
    func begin(node: String, logger: Logger) throws -> Recorder? {
        guard let record else { return nil }
        do throws(SystemError) {
            let recorder = try Recorder(path: record, limit: sized(), version: Version.text, node: node) {
                logger.warning("\($0)")
            }
            logger.notice("recording to \(record)")
            return recorder
        } catch {
            throw Diagnostics.failure("--record \(record): \(error)")
        }
    }

    /// ``validate()`` has looked at it.
    private func sized() -> Int { (try? limit()) ?? 1 << 26 }
}
