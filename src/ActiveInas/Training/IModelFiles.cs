using ActiveInas.Networks;

namespace ActiveInas.Training;

/// <summary>Saves and loads the networks of a run.</summary>
public interface IModelFiles
{
    /// <summary>Writes a network to a file that does not exist or may be overwritten. The bytes depend on the network only.</summary>
    void Save(IModel model, string path);

    /// <summary>Reads it back; its answers are the same to the bit.</summary>
    IModel Load(string path);
}
