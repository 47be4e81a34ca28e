import ArgumentParser
import Logging
import Presentation
import RecordingFile
import SystemIO

/// Whether a process records the inputs of its decisions, for `martlet replay`.
struct RecordingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Record the inputs of all decisions, without secrets, in this file, for martlet replay. An existing file is \
            renamed to end in .1.
            """, valueName: "file"))
    var record: String?

    @Option(
        help: ArgumentHelp(
            "The maximum size of the recording, with K, M or G.", valueName: "size"))
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
