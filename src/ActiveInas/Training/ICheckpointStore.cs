namespace ActiveInas.Training;

/// <summary>Keeps the checkpoints inside trainings, one a key; the last save wins.</summary>
public interface ICheckpointStore
{
    /// <summary>The data saved under a key from where the stream stands to its end, the caller's to dispose; null: none.</summary>
    Stream? Find(string key);

    /// <summary>Replaces the data of a key by what <paramref name="write"/> puts into the stream; durable when it returns.</summary>
    void Save(string key, Action<Stream> write);

    /// <summary>The training is over. A store may keep the data until the training's result is recorded, so that a process that dies in
    /// between does not train again from the start.</summary>
    void Delete(string key);
}

/// <summary>Keeps nothing: for trainings that are cheap to repeat.</summary>
public sealed class NullCheckpointStore : ICheckpointStore
{
    private NullCheckpointStore()
    {
    }

    /// <summary>The one instance.</summary>
    public static NullCheckpointStore Instance { get; } = new();

    /// <inheritdoc/>
    public Stream? Find(string key) => null;

    /// <inheritdoc/>
    public void Save(string key, Action<Stream> write)
    {
    }

    /// <inheritdoc/>
    public void Delete(string key)
    {
    }
}
