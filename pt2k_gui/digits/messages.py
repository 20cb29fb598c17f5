"""The texts of ``digits`` for people."""

from __future__ import annotations

from pt2k_gui.message import template

# dataset
NOT_A_FOLDER = template("digits.not_a_folder", "{folder} is not a folder.")
CHOOSE_IDX_FOLDER = template(
    "digits.choose_idx_folder", "Choose the folder that holds the IDX files (train-images-idx3-ubyte.gz and so on)."
)
COUNTS_DIFFER = template(
    "digits.counts_differ",
    "{images} holds {image_count:,} images, but {labels} in {folder} holds {label_count:,} labels.",
)
ONE_DATA_SET = template("digits.one_data_set", "Use files from the same data set.")
NO_IMAGE = template("digits.no_image", "{file} holds no images.")
IMAGE_SIZE = template("digits.image_size", "{file} holds images of {height}x{width} pixels; 28x28 is required.")
LABEL_RANGE = template("digits.label_range", "{file} holds the label {label}; the labels of digits run from 0 to 9.")
FILE_MISSING = template("digits.file_missing", "{folder} lacks the file {name} (or {compressed}).")
FOUR_FILES = template(
    "digits.four_files", "A data folder holds four IDX files: train-images, train-labels, t10k-images and t10k-labels."
)

# idx
NOT_IDX = template("digits.not_idx", "{file} is not an IDX file: it does not begin with the magic number.")
USE_MNIST_FILES = template(
    "digits.use_mnist_files", "Use the files of the MNIST distribution, such as train-images-idx3-ubyte.gz."
)
IDX_TYPE = template("digits.idx_type", "{file} holds elements of IDX type {kind}; digits are unsigned bytes (0x08).")
WANTED_IMAGES = template("digits.wanted_images", "images (three axes)")
WANTED_LABELS = template("digits.wanted_labels", "labels (one axis)")
IDX_AXES = template("digits.idx_axes", "{file} has {axes} {axes:axis|axes}, but {wanted} are needed here.")
CHECK_EXCHANGED = template("digits.check_exchanged", "Check whether the image file and the label file were swapped.")
IDX_LENGTH = template(
    "digits.idx_length", "{file} is damaged: its header promises {promised:,} bytes of data, but {found:,} follow."
)
DOWNLOAD_AGAIN = template("digits.download_again", "Download the file again.")
CANNOT_DECOMPRESS = template("digits.cannot_decompress", "{file} is truncated or damaged: it can't be decompressed.")
TOO_LARGE = template("digits.too_large", "{file} holds more than 4 GiB, which no set of digits does.")
TRUNCATED = template(
    "digits.truncated", "{file} is truncated: it has {have:,} bytes, but its header promises {need:,}."
)

# training
UNKNOWN_NETWORK = template("digits.unknown_network", "There is no network {network}: choose mlp or cnn.")
HIDDEN_UNITS = template("digits.hidden_units", "The hidden layer needs at least one unit.")
EPOCHS = template("digits.epochs", "Training needs at least one epoch.")
BATCH_SIZE = template("digits.batch_size", "The batch size must be at least 1.")
BATCHNORM_BATCH = template("digits.batchnorm_batch", "The CNN's BatchNorm needs batches of at least 2.")
LEARNING_RATE = template("digits.learning_rate", "The learning rate must be above 0.")
MOMENTUM = template("digits.momentum", "The momentum must be at least 0 and below 1.")
NESTEROV = template("digits.nesterov", "Nesterov momentum requires a momentum above 0.")
WEIGHT_DECAY = template("digits.weight_decay", "The weight decay can't be negative.")
TRAINING_SHARE = template("digits.training_share", "The training share must lie between 0 and 1.")
DEVIATION = template("digits.deviation", "The standard deviation must be above 0.")
CORRECT_NUMBER = template("digits.correct_number", "Correct that number and start again.")
READING_DIGITS = template("digits.reading_digits", "Reading the digits")
DIGITS_READ = template("digits.digits_read", "{training:,} training digits and {test:,} test digits from {folder}")
MEASURING = template("digits.measuring", "Measuring accuracy on the test digits")
WRITING_FILE = template("digits.writing_file", "Writing the file")
KEPT_EPOCH = template(
    "digits.kept_epoch", "Kept epoch {epoch}: {accuracy:.2%} of the test digits are right. Wrote {output}"
)
TRAINED = template("digits.trained", "Trained")
CANNOT_SPLIT = template(
    "digits.cannot_split", "{count:,} digits can't be split into training and validation at {share:.0%}."
)
LOSS_NOT_FINITE = template("digits.loss_not_finite", "The training loss is no longer a finite number in epoch {epoch}.")
LOWER_RATE = template("digits.lower_rate", "Lower the learning rate and train again.")
EPOCH_DONE = template(
    "digits.epoch_done",
    "Epoch {number}/{epochs}: training loss {loss:.4f}, validation loss {validation_loss:.4f}, "
    "validation accuracy {accuracy:.2%}",
)
EPOCH = template("digits.epoch", "Epoch {number} of {epochs}")

# ways out
CHANGE_SHARE = template("digits.change_share", "Change the training share so that both parts hold digits.")
