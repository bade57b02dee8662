import Foundation
import Storage
import Testing

/// Every mistake gives its exit code and a sentence, and leaves nothing behind.
@Suite struct ErrorTests {
    /// Runs a command in a copy of the made runs, and expects a failure that changes no file.
    private func expect(
        _ words: String, _ status: Int32, _ sentence: String, in given: TemporaryFolder? = nil,
        environment: [String: String?] = [:], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let folder = try given ?? MadeRuns.copy()
        let before = folder.content()
        let arguments = words.split(separator: " ").map(String.init)
        let result = try Executable.run(arguments, in: folder, environment: environment)
        #expect(result.status == status, "\(words): \(result.errors)", sourceLocation: sourceLocation)
        #expect(result.errors.contains(sentence), "\(words): \(result.errors)", sourceLocation: sourceLocation)
        #expect(result.errors.contains("reverie: "), sourceLocation: sourceLocation)
        #expect(result.output.isEmpty, sourceLocation: sourceLocation)
        #expect(folder.content() == before, "\(words) left files", sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        ("tran dqn CartPole-v1", "no command 'tran'; did you mean 'train'?"),
        ("help evalute", "no command 'evalute'; did you mean 'evaluate'?"),
        ("zzzzzz", "no command 'zzzzzz'; 'reverie --help' lists all commands"),
        ("train dqm CartPole-v1", "Did you mean 'dqn'?"),
        ("train dqn CartPol-v1", "did you mean 'CartPole-v1'?"),
        ("train dqn grid:four-room", "did you mean 'grid:four-rooms'?"),
        ("train dqn CartPole-v1 --preset dqn/CartPole-v2", "did you mean 'dqn/CartPole-v1'?"),
        ("train dqn CartPole-v1 --preset q-learning/FrozenLake-v1", "is for q-learning in FrozenLake-v1"),
        ("train dqn CartPole-v1 --set learningRat=1", "did you mean 'learningRate'?"),
        ("train dqn CartPole-v1 --set activation=rely", "did you mean 'relu'?"),
        ("train dqn CartPole-v1 --set network=nature", "Use 'network = \"auto\"' or 'network = \"mlp\"'"),
        ("train dqn Arcade/Pong-v0 --preset none --set replayCapacity=100_000_000", "(80 % of "),
        (
            "train dqn CartPole-v1 --set hiddenSizes=1000000,1000000",
            "hiddenSizes is a list of whole numbers from 1 to 8192"
        ),
        (
            "train dqn CartPole-v1 --wrap pixels,grayscale,resize=4096x4096,frame-stack=1000",
            "frame-stack=1000 around"
        ),
        ("train dqn CartPole-v1 --environments 1e5", "environments is a whole number from 1 to 65536"),
        ("fit nade bars-and-stripes --option size=1e8 --set hiddenUnits=1e9", "hiddenUnits is a whole number"),
        ("train trpo CartPole-v1", "Of its kind (policy gradients) there is 'reinforce', 'a2c' and 'ppo'."),
        ("fit gan moons", "Of its kind (latent variables) there is 'vae'."),
        ("train dqn Cartpole", "did you mean 'CartPole-v1'?"),
        ("train dqn CartPole-v1 --steps 1.5", "whole number, such as 50000, 50_000, 5e4 or 50k"),
        (
            "train value-iteration CartPole-v1",
            "Agents that can act there: random, dqn, rainbow, pqn, stream-q, reinforce, actor-critic, a2c, ppo, "
                + "stream-ac, sac, cem, cma-es."
        ),
        (
            "train q-learning CartPole-v1",
            "Agents that can act there: random, dqn, rainbow, pqn, stream-q, reinforce, actor-critic, a2c, ppo, "
                + "stream-ac, sac, cem, cma-es."
        ),
        ("train value-iteration Blackjack-v1", "has none"),
        ("train dqn CartPole-v1 --set batchSize=200 --set replayCapacity=100", "batchSize = 200: it must be 1...100"),
        ("train dqn CartPole-v1 --set explorationStart=0.01", "explorationEnd = 0.1: it must be 0...0.01"),
        (
            "train rainbow CartPole-v1 --preset none --set minimumValue=5 --set maximumValue=5",
            "minimumValue = 5.0: it must be less than maximumValue, which is 5.0"
        ),
        ("train rainbow CartPole-v1 --set lossFunction=squared", "which has a loss of its own"),
        ("train rainbow CartPole-v1 --set hiddenSizes=[]", "hiddenSizes = []: it must be at least one size"),
        ("train dqn CartPole-v1 --set nStep=500 --set replayCapacity=300", "nStep = 500: it must be 1...300"),
        ("train cem CartPole-v1 --set population=1", "population is a whole number from 2 to 1000000, not 1"),
        ("train cem CartPole-v1 --set eliteFraction=0", "eliteFraction = 0.0: it must be from"),
        ("train cma-es CartPole-v1 --set population=1", "population = 1: it must be from 2 to 1000000, or 0"),
        ("train cma-es CartPole-v1 --preset none --set hiddenSizes=2000", "covariance = full: it must be diagonal"),
        (
            "train cem CartPole-v1 --preset none --set population=1000000 --set hiddenSizes=[8192,8192]",
            "a population of 1000000 policies"
        ),
        ("train CMA CartPole-v1", "Of its kind (evolution) there is 'cma-es'."),
        ("train dqn CartPole-v1 --set learningRate=7", "learningRate is a number from 0.0 to 1.0, not 7"),
        ("train dqn CartPole-v1 --set learningRate", "--set takes name=value"),
        ("train dqn CartPole-v1 --option hig=1", "did you mean 'high'?"),
        ("train dqn CartPole-v1 --option high", "--option takes name=value"),
        ("train dqn CartPole-v1 --option high=x", "expected a number from"),
        ("train dqn CartPole-v1 --wrap frame-stak=4", "did you mean 'frame-stack'?"),
        ("train dqn CartPole-v1 --wrap grayscale", "the wrapper grayscale doesn't fit CartPole-v1"),
        ("train dqn CartPole-v1 --wrap flatten --option wrap=flatten", "give only one of them"),
        ("trace CartPole-v1 --wrap delay=-1 --actions -", "delay=STEPS, a whole number from 0 to 1000"),
        ("record dqn --to x.npz --wrap flatten", "--option is for environments"),
        ("check CartPole-v2", "did you mean 'CartPole-v1'?"),
        ("check CartPole-v1 --steps 0", "--steps takes a whole number from 1"),
        ("check GridWorld", "expected the path of a map file"),
        ("list wrappers frame-stak", "did you mean 'frame-stack'?"),
        ("train dqn CartPole-v1 --steps 0", "steps is a whole number from 1 to"),
        ("train dqn CartPole-v1 --steps -5", "steps is a whole number from 1 to"),
        ("train dqn CartPole-v1 --steps five", "The value 'five' is invalid"),
        ("train dqn CartPole-v1 --seed -1", "seed is a whole number from 0 to"),
        ("train dqn CartPole-v1 --stepz 5", "Did you mean '--steps'?"),
        ("train dqn CartPole-v1 --force --resume", "--resume continues; give only one"),
        ("train dqn CartPole-v1 --frames 5", "--frames needs --live"),
        ("train dqn", "Missing expected argument '<environment>'"),
        ("train q-learning CartPole-v1", "needs an observation space that is discrete"),
        ("train reinforce Pendulum-v1", "needs an action space that is discrete"),
        ("train dqn MountainCarContinuous-v0", "needs an action space that is discrete"),
        ("train value-iteration Blackjack-v1", "plans with transition probabilities"),
        ("train dqn Taxi-v4 --option is_rany=true", "did you mean 'is_rainy'?"),
        ("record Pendulum-v1 --to x.npz --option g=heavy", "option g: expected a number from -1000.0 to 1000.0"),
        ("train dqn GridWorld", "expected the path of a map file"),
        ("evaluate dqn --episodes 0", "--episodes takes a whole number from 1 to 1000000, not 0"),
        ("evaluate dqn --require-return nan", "takes a finite number"),
        ("evaluate vae --episodes 5", "are for agents, but vae holds a model"),
        ("evaluate dqn --rows 5", "are for models, but dqn holds an agent"),
        ("evaluate vae --labels 5", "--labels needs --classifier"),
        ("evaluate dqn --classifier", "are for models, but dqn holds an agent"),
        ("evaluate vae --set latentsize=3", "did you mean 'latentSize'?"),
        ("compare vae dqn", "dqn holds an agent, vae a model"),
        ("compare vae --task CartPole-v1", "runs of models take only --to, --force and --json"),
        ("compare vae --resamples 100", "runs of models take only --to, --force and --json"),
        ("compare vae --evaluate 5", "runs of models take only --to, --force and --json"),
        ("compare dqn --to x.gif", "--to takes a file name ending in .png or .svg"),
        ("compare dqn --to x.png --profile x.png", "--to and --profile need two different files"),
        ("compare dqn --task CartPole-v2", "did you mean 'CartPole-v1'?"),
        ("compare dqn --range CartPole-v1=5", "--range takes ENVIRONMENT=low..high"),
        ("compare dqn --range CartPole-v1=5..5", "--range takes ENVIRONMENT=low..high"),
        ("compare dqn --range CartPole-v2=0..5", "no run is in 'CartPole-v2'; did you mean 'CartPole-v1'?"),
        ("compare dqn table --range CartPole-v1=0..500", "give one with --range FrozenLake-v1=low..high"),
        ("compare dqn --resamples 5", "--resamples takes a whole number from 100"),
        ("compare dqn --threshold inf", "--threshold takes a finite number"),
        ("compare dqn --score last", "The value 'last' is invalid"),
        ("compare dqn --last", "--last needs --evaluate"),
        ("compare dqn --window 0", "--window takes a whole number from 1"),
        ("sample dqn --to s.png", "dqn holds an agent"),
        ("sample vae --to s.jpg", "ending in .png or .gif or .npz or .txt"),
        ("sample vae --to s.png --count 0", "--count takes a whole number from 1"),
        ("record dqn --to x.gif", "--to takes a file name ending in .npz"),
        ("record dqn --to x.npz --video x.mp4", "--video takes a file name ending in .gif"),
        ("record dqn --to x.npz --option low=0", "--option is for environments"),
        ("trace CartPole-v1 --actions - --frame x.gif", "--frame takes a file name ending in .png"),
        ("record CartPol-v1 --to x.npz", "did you mean 'CartPole-v1'?"),
        ("play CartPol-v1", "did you mean 'CartPole-v1'?"),
        ("play Taxi-v4 --frames 0", "--frames takes a whole number from 1"),
        ("watch rollouts.npz --seed 3", "don't apply to a recording"),
        ("watch dqn --frames 0", "--frames takes a whole number from 1"),
        ("fit vaf rollouts.npz", "Did you mean 'vae'?"),
        ("fit nade bars-and-stripes --option sise=3", "did you mean 'size'?"),
        ("fit rnade moons --option shift=1", "expected images; change it with --option shift="),
        ("fit rbm bars-and-stripes --set patience=3 --option side=7", "doesn't tell which is best"),
        ("fit gated-pixelcnn bars-and-stripes --set kernel=4", "an odd number"),
        ("fit vae rollouts.npz --set epoch=1", "did you mean 'epochs'?"),
        ("fit vae rollouts.npz --set epochs=0", "epochs is a whole number from 1"),
        ("list agent", "- agents"),
        ("list agents dqm", "Did you mean 'dqn'?"),
        ("list environments CartPole-v9", "did you mean 'CartPole-v1'?"),
        ("bench nothing", "no benchmark's name contains 'nothing'"),
        ("bench --seconds 0", "--seconds takes a number above 0"),
    ]) func usage(words: String, sentence: String) throws { try expect(words, 64, sentence) }

    @Test(arguments: [
        ("evaluate nothing", "cannot open the run nothing"),
        ("compare nothing", "cannot open the run nothing"), ("compare dqn a=nothing", "cannot open the run nothing"),
        ("resume nothing", "cannot open the run nothing"),
        ("record runs/nothing --to x.npz", "cannot open the run runs/nothing"),
        ("sample nothing --to x.png", "cannot open the run nothing"),
        ("watch nothing.npz", "cannot open nothing.npz"),
        ("watch runs/nothing", "cannot open the run runs/nothing"),
        ("trace CartPole-v1 --actions nothing", "cannot open nothing"),
        ("fit vae nothing.npz", "cannot open nothing.npz"),
        ("fit vae mnits", "there is no dataset 'mnits' (did you mean 'mnist'?)"),
        ("fit vae mnist --data .", "put train-images-idx3-ubyte"),
        ("train dqn CartPole-v1 --config nothing.toml", "cannot open nothing.toml"),
        ("train q-learning GridWorld --option map=nothing.txt", "/nothing.txt: No such file"),
        ("list runs nothing", "cannot list nothing"),
    ]) func missingInput(words: String, sentence: String) throws { try expect(words, 66, sentence) }

    @Test(arguments: [
        ("train dqn CartPole-v1 --run dqn", "cannot start a run in dqn"),
        ("fit vae rollouts.npz --run dqn", "cannot start a run in dqn"),
        ("record dqn --to rollouts.npz", "cannot write to rollouts.npz"),
        ("record dqn --to new.npz --video episode.gif", "cannot write to episode.gif"),
        ("sample vae --to rollouts.npz", "cannot write to rollouts.npz"),
        ("compare dqn --to dqn/old.png", "cannot write to dqn/old.png"),
    ]) func nothingIsOverwritten(words: String, sentence: String) throws {
        let folder = try MadeRuns.copy()
        try writeAtomically("", to: folder.file("dqn/old.png"), overwrite: false)
        let before = try folder.bytes("rollouts.npz") + folder.bytes("dqn/config.toml")
        try expect(words, 73, sentence, in: folder)
        try expect(words, 73, "overwrite it with --force", in: folder)
        #expect(try folder.bytes("rollouts.npz") + folder.bytes("dqn/config.toml") == before)
    }

    @Test(arguments: ["train dqn CartPole-v1 --force", "train dqn CartPole-v1", "fit vae rollouts.npz"])
    func aFileIsNoPlaceForARun(words: String) throws {
        let folder = try MadeRuns.copy()
        let before = try folder.bytes("rollouts.npz")
        let sentence = "cannot start a run in rollouts.npz: it is not a folder; give the path of a folder\n"
        try expect(words + " --run rollouts.npz", 73, sentence, in: folder)
        #expect(try folder.bytes("rollouts.npz") == before)
    }

    @Test(arguments: [
        ("train dqn CartPole-v1 --run rollouts.npz/run", "cannot create the folder rollouts.npz/run"),
        ("train dqn CartPole-v1 --run /proc/reverie", "cannot create the folder /proc/reverie"),
        ("fit vae rollouts.npz --run rollouts.npz/run", "cannot create the folder rollouts.npz/run"),
        ("record dqn --to nothing/x.npz", "cannot write into nothing: there is no such file or folder"),
        ("record dqn --to rollouts.npz/x.npz", "cannot write into rollouts.npz: it is not a folder"),
        ("record dqn --to x.npz --video nothing/x.gif", "cannot write into nothing"),
        ("record dqn --to /proc/x.npz", "cannot create /proc/x.npz"),
        ("sample vae --to /proc/x.png", "cannot create /proc/"),
    ]) func unwritablePlaces(words: String, sentence: String) throws { try expect(words, 74, sentence) }

    @Test(arguments: [
        ["list", "environments"], ["list", "agents", "--json"], ["--help"], ["train", "--help"], ["--version"],
        ["trace", "CartPole-v1", "--actions", "-"], ["evaluate", "dqn", "--episodes", "2", "--json"],
        ["--generate-completion-script", "bash"],
    ]) func outputThatCannotBeWritten(arguments: [String]) throws {
        let folder = try MadeRuns.get().folder
        for (stream, reason) in [(">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")] {
            let result = try Executable.run(arguments, in: folder, input: "0\n1\n", redirection: stream)
            #expect(result.status == 74)
            #expect(result.errors.contains("reverie: cannot write to standard output: \(reason)"))
        }
    }

    @Test func nothingIsAnnouncedBeforeItIsChecked() throws {
        for words in [
            "train dqn Taxi-v4 --option is_rany=true", "train dqn CartPole-v1 --set network=nature --seeds 0..3",
            "fit rnade moons --option shift=1", "resume rollouts.npz", "train dqn CartPole-v1 --wrap grayscale",
        ] {
            let result = try Executable.run(
                words.split(separator: " ").map(String.init), in: MadeRuns.get().folder)
            #expect(result.status == 64 || result.status == 65)
            #expect(result.errors.split(separator: "\n").count == 1, "\(words): \(result.errors)")
        }
    }

    @Test func limitsOfTheShellAreHeeded() throws {
        let words = ["train", "dqn", "Arcade/Pong-v0", "--preset", "none", "--set", "replayCapacity=1M", "--run", "r"]
        let result = try Executable.run(words, in: TemporaryFolder(), prefix: "ulimit -v 6000000;")
        #expect(result.status == 64 && result.errors.contains("(80 % of the address space's (ulimit -v) 6144 MB)"))
    }

    @Test func networksAndBatchesAreReckoned() throws {
        let layers = Array(repeating: "8192", count: 1000).joined(separator: ",")
        for (settings, sentence) in [
            (["hiddenSizes=\(layers)"], "the network with its optimiser would take 1341 GB, but"),
            (["hiddenSizes=8192", "batchSize=65536"], "; use a smaller batch or network"),
        ] {
            let words = ["train", "dqn", "CartPole-v1", "--preset", "none", "--run", "r"]
            let folder = try TemporaryFolder()
            let result = try Executable.run(
                words + settings.flatMap { ["--set", $0] }, in: folder, prefix: "ulimit -v 3000000;")
            #expect(result.status == 64 && result.errors.contains(sentence), "\(result.errors)")
            #expect(folder.content().isEmpty)
        }
    }

    @Test(arguments: ["abc", "0", "-1", "1e3"]) func threadsOfTheEnvironmentAreChecked(text: String) throws {
        try expect(
            "list agents", 64, "REVERIE_THREADS takes a whole number from 1 to 64, not '\(text)'",
            environment: ["REVERIE_THREADS": text])
    }

    @Test func aFullDiskLeavesNoHalfFiles() throws {
        let folder = try MadeRuns.copy()
        let before = folder.content()
        for words in [["record", "dqn", "--episodes", "50", "--to", "x.npz"], ["sample", "vae", "--to", "x.png"]] {
            let result = try Executable.run(words, in: folder, prefix: "ulimit -f 2;")
            #expect(result.status == 74 && result.errors.contains("File too large"), "\(result.errors)")
            #expect(folder.content() == before)
        }
    }

    @Test func noDisplay() throws {
        let none: [String: String?] = ["SDL_VIDEODRIVER": nil, "XDG_RUNTIME_DIR": nil]
        for subject in ["dqn", "rollouts.npz", "FrozenLake-v1"] {
            try expect("watch \(subject)", 69, "No window can be opened here", environment: none)
        }
        try expect("train dqn CartPole-v1 --live --run live", 69, "No window can be opened here", environment: none)
        // Libraries below SDL have nothing to add, whatever isn't there.
        for (name, value) in [("DISPLAY", ":987"), ("WAYLAND_DISPLAY", "nothing"), ("DISPLAY", "")] {
            let result = try Executable.run(
                ["watch", "CartPole-v1"], in: TemporaryFolder(), environment: none.merging([name: value]) { $1 })
            #expect(result.status == 69 && result.errors.hasPrefix("reverie: No window can be opened here"))
            #expect(result.errors.split(separator: "\n").count == 1, "\(name): \(result.errors)")
        }
    }
}
