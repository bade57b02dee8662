// GenerativeModels
