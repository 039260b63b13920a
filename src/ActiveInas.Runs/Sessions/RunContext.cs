using ActiveInas.Data;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Training;

namespace ActiveInas.Runs.Sessions;

/// <summary>What a part of a run may want to know when it is made.</summary>
/// <param name="Configuration">Resolved: its kernels are named, its <see cref="RunConfiguration.DataRequest"/> says where the data came from.</param>
/// <param name="Data">Loaded, and made harder where the configuration asks for it.</param>
/// <param name="Folder">Where the run lies.</param>
public sealed record RunContext(RunConfiguration Configuration, Dataset Data, RunFolder Folder)
{
    /// <summary>What its networks learn, and how.</summary>
    public Problem Problem => new(Data.Classes.Count, Data.Train.Height, Data.Train.Width, Configuration.Recipe, Configuration.Seed)
    {
        Init = Configuration.InitialWeights is null ? null : InitialWeights.Of(Folder.InitialWeights, Data.Classes),
    };
}
