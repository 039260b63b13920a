using ActiveInas.Data.Downloads;

namespace ActiveInas.Data.Named;

/// <summary>What tells CIFAR-10 and CIFAR-100 apart.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Archive">The official archive.</param>
/// <param name="Folder">Folder inside the archive.</param>
/// <param name="Pickles">Folder and archive of the version for Python, which is not read.</param>
/// <param name="TrainFiles">In order.</param>
/// <param name="TestFile">Test part.</param>
/// <param name="LabelLimits">Values of each label byte; the last one is the class.</param>
/// <param name="Classes">Names in label order.</param>
internal sealed record CifarFormat(
    string Name, RemoteFile Archive, string Folder, string[] Pickles, IReadOnlyList<string> TrainFiles, string TestFile, int[] LabelLimits, IReadOnlyList<string> Classes)
{
    private const string Home = "https://www.cs.toronto.edu/~kriz/";

    /// <summary>Ten classes.</summary>
    public static CifarFormat Cifar10 { get; } = new(
        "cifar10",
        new RemoteFile("cifar-10-binary.tar.gz", 170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", [Home]),
        "cifar-10-batches-bin",
        ["cifar-10-batches-py", "cifar-10-python.tar.gz"],
        ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"],
        "test_batch.bin",
        [10],
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]);

    /// <summary>A hundred (fine) classes; the coarse label of each record is checked and dropped.</summary>
    public static CifarFormat Cifar100 { get; } = new(
        "cifar100",
        new RemoteFile("cifar-100-binary.tar.gz", 168513733, "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec", [Home]),
        "cifar-100-binary",
        ["cifar-100-python", "cifar-100-python.tar.gz"],
        ["train.bin"],
        "test.bin",
        [20, 100],
        [
            "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle",
            "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
            "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur",
            "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard",
            "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain",
            "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree",
            "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket",
            "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider",
            "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor",
            "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm",
        ]);
}
